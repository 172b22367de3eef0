-- new_spelling: spellings of telephone numbers that nobody has read yet; plain ones need no
-- reading.
--
-- grain   customer_id, spelling
-- reads   customer, emergency_contact, left_out_identity, left_out_contact, phone_spelling
-- write   temporary

with

told as (

    select
        customer_id,
        phone,
        received_on
    from customer

    union all

    select
        customer_id,
        phone,
        received_on
    from emergency_contact

    union all

    select
        customer_id,
        phone,
        received_on
    from left_out_identity

    union all

    select
        customer_id,
        phone,
        received_on
    from left_out_contact

)

select
    told.customer_id,
    told.phone as spelling,
    min(told.received_on) as received_on
from told
left join phone_spelling
    on
        told.customer_id = phone_spelling.customer_id
        and told.phone = phone_spelling.spelling
where
    trim(told.phone) <> ''
    and not regexp_matches(told.phone, cast($plain as varchar))
    and phone_spelling.spelling is null
group by told.customer_id, told.phone
