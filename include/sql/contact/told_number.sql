-- told_number: the telephone numbers of customers in one form, delivery by delivery.
--
-- Eleven digits, with or without the country code, are a number as they stand; of every other
-- spelling `phone_spelling` says which number or numbers it means. One that was left out when a
-- date was delivered again was told.
--
-- grain   customer_id, received_on, number
-- reads   customer, left_out_identity, phone_spelling
-- write   view

with

told as (

    select
        customer_id,
        received_on,
        phone
    from customer
    where
        phone is not null
        and received_on <= cast($known_on as date)

    union

    select
        customer_id,
        received_on,
        phone
    from left_out_identity
    where
        phone is not null
        and received_on <= cast($known_on as date)

),

spellings as (

    select distinct
        customer_id,
        spelling,
        number
    from phone_spelling

)

select
    told.customer_id,
    told.received_on,
    coalesce(
        spellings.number,
        case when left(told.phone, 3) = '+86' then right(told.phone, 11) end,
        told.phone
    ) as number
from told
left join spellings
    on
        told.customer_id = spellings.customer_id
        and told.phone = spellings.spelling
