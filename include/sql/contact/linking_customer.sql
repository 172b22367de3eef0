-- linking_customer: customers through whom two others may be one person: told with one identity
-- number after another, debtors of a loan that had another debtor, or alike but for case.
--
-- Of the whole book only these can stand between a recipient and whoever is protected.
--
-- grain   customer_id
-- reads   customer, left_out_identity, moved_loan
-- write   view

with

told as (

    select
        customer_id,
        id_number
    from customer
    where received_on <= cast($known_on as date)

    union all

    select
        customer_id,
        id_number
    from left_out_identity
    where received_on <= cast($known_on as date)

),

changed as (

    select upper(customer_id) as person_name
    from told
    group by upper(customer_id)
    having
        min(customer_id) <> max(customer_id)
        -- One that is partly hidden identifies nobody, and is no other number.
        or min(case when id_number not like '%*%' then id_number end)
        <> max(case when id_number not like '%*%' then id_number end)

)

select told.customer_id
from told
inner join changed
    on upper(told.customer_id) = changed.person_name

union

select customer_id
from moved_loan
