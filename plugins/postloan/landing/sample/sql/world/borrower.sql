-- borrower: who the customers are, and what happens to them.
--
-- grain   customer_no

with

starts as (

    select
        customer_no,
        min(disbursed_on) as since
    from loan_book
    group by customer_no

),

people as (

    select
        customer_no,
        since,
        group_of(customer_no) as customer_group,
        draw('gender', customer_no) < 0.48 as is_female,
        -- Date and serial together make an identity number. A block of customers fills the dates
        -- once; students have serials of their own. Unique up to a million customers.
        case
            when group_of(customer_no) = 'student'
                then getvariable('last_date') - 24 * 365 - (customer_no * 1789 % 2555)::integer
            else getvariable('last_date') - 27 * 365 - (customer_no * 7919 % 12045)::integer
        end as birth_on,
        case
            when group_of(customer_no) = 'student' then customer_no // 2555
            else customer_no // 12045
        end as block_no,
        case
            when draw('moves', customer_no) < 0.12
                then getvariable('opening')
                    + whole(draw('moves on', customer_no), 1, 400)
        end as moved_on,
        case
            when draw('dies', customer_no) < 0.004
                then getvariable('opening')
                    + whole(draw('dies on', customer_no), -60, 240)
        end as died_on
    from starts

)

select
    customer_no,
    since,
    customer_group,
    is_female,
    birth_on,
    -- Odd for men and even for women.
    2 * block_no + case when is_female then 0 else 1 end
    + case when customer_group = 'student' then 200 else 0 end as serial,
    draw('no id', customer_no) < 0.01 as lacks_id,
    case when moved_on > since then moved_on end as moved_on,
    case when died_on > since then died_on end as died_on,
    case
        when died_on > since
            then died_on + whole(draw('death known', customer_no), 3, 30)
    end as death_known_on,
    -- Two thirds have confirmed their details in the last months; the rest are stale.
    case
        when draw('never confirmed', customer_no) < 0.03 then null
        when draw('confirmed', customer_no) < 0.66
            then greatest(
                since,
                getvariable('opening') - whole(draw('confirmed on', customer_no), 1, 170)
            )
        else since
    end as confirmed_on
from people
