-- customer_employment: what the customer said when the first loan was paid out.

select
    greatest(since, getvariable('opening')) as known_on,
    customer_ref(customer_no) as customer_id,
    since as as_of_on,
    case
        when customer_group = 'employed'
            then pick(
                ['permanent', 'permanent', 'permanent', 'fixed_term', 'part_time'],
                draw('contract', customer_no)
            )
        when customer_group = 'student' and draw('contract', customer_no) < 0.15 then 'part_time'
        else 'none'
    end as contract_type,
    case
        when customer_group = 'employed'
            then since - whole(draw('employed since', customer_no), 60, 3000)
    end as employed_since
from borrower
where draw('employment known', customer_no) < 0.75
