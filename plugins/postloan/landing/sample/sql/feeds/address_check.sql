-- address_check: what visits found of an address, and what letters, calls and registers tell of it.

with

seen as (

    select
        loan_no,
        customer_no,
        attempt_no as check_no,
        attempted_on as checked_on,
        case place_kind when 'workplace' then 'workplace' when 'school' then 'school' else 'home' end
            as address_kind,
        'field_visit' as method,
        case result
            when 'talked' then 'confirmed'
            when 'moved' then 'moved'
            when 'wrong_address' then 'wrong_address'
            else 'unclear'
        end as result,
        collector_no
    from visit
    where place_kind not in ('public', 'other')

),

asked as (

    select
        loan_no,
        customer_no,
        90 as check_no,
        slid_on + whole(draw('address checked', loan_no), 15, 80) as checked_on,
        pick(
            ['home', 'home', 'registered', 'correspondence', 'workplace'],
            draw('address asked', loan_no)
        ) as address_kind,
        pick(['letter', 'phone', 'register', 'platform'], draw('address asked by', loan_no))
            as method,
        pick(
            [
                'confirmed', 'confirmed', 'confirmed', 'moved', 'wrong_address', 'no_such_address',
                'unclear'
            ],
            draw('address result', loan_no)
        ) as result,
        null as collector_no
    from loan_book
    where outcome <> 'none' and not is_cancelled and draw('address asked about', loan_no) < 0.3

)

select
    checked_on as known_on,
    'A' || digits(loan_no, 8) || '-' || digits(check_no, 2) as check_id,
    null as task_id,
    customer_ref(customer_no) as customer_id,
    address_kind,
    checked_on,
    method,
    result,
    'E' || digits(collector_no, 3) as collector_id
from (
    select * from seen
    union all
    select * from asked
) as checks
where checked_on > getvariable('opening') - 150
