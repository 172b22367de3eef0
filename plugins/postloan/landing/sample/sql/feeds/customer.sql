-- customer: one row when the customer arrives, one more whenever the lender learns something new.

with

moments as (

    select
        *,
        greatest(since, getvariable('opening')) as known_on
    from borrower

    union all

    select
        *,
        moved_on as known_on
    from borrower
    where moved_on > getvariable('opening') and moved_on <= getvariable('last_date')

    union all

    select
        *,
        death_known_on as known_on
    from borrower
    where
        death_known_on > getvariable('opening')
        and death_known_on <= getvariable('last_date')
        and death_known_on is distinct from moved_on

)

select
    known_on,
    customer_ref(customer_no) as customer_id,
    full_name('customer', customer_no, is_female) as customer_name,
    case
        when not lacks_id
            then id_body(birth_on, serial) || check_digit(id_body(birth_on, serial))
    end as id_number,
    case
        when draw('no phone', customer_no) < 0.02 then null
        when known_on >= moved_on then phone_number('new phone', customer_no)
        else phone_number('phone', customer_no)
    end as phone,
    case
        when draw('e-mail', customer_no) < 0.6
            then 'kehu' || customer_no::varchar || '@example.com'
    end as email,
    case
        when draw('no address', customer_no) < 0.05 then null
        when known_on >= moved_on and draw('new home', customer_no) < 0.5
            then postal_address('new home', customer_no)
        else postal_address('home', customer_no)
    end as address,
    birth_on,
    customer_group,
    case when known_on >= moved_on then moved_on else confirmed_on end as contact_updated_on,
    case when known_on >= death_known_on then died_on end as deceased_on
from moments
