-- shared_number: numbers of the people concerned that another customer has, unless a person said
-- whose it is.
--
-- Only those numbers are looked up among all customers. One that the debtor has given up and
-- another customer has by now is the other's. A number that came to another customer after the
-- release, or in a file that was loaded after it for whatever date, is in question again.
--
-- grain   customer_id, number
-- reads   asked_number, told_number, customer, standing_release, told_load
-- write   view

with

numbers as (

    select distinct number
    from asked_number

),

told as (

    select
        told_number.customer_id,
        told_number.number,
        min(told_number.received_on) as since,
        max(told_number.received_on) as last_told_on
    from told_number
    inner join numbers
        on told_number.number = numbers.number
    group by told_number.customer_id, told_number.number

),

holders as (

    select
        told.number,
        told.customer_id,
        told.since,
        coalesce(told_load.load_no, 0) as load_no
    from told
    left join told_load
        on
            told_load.feed = 'customer'
            and told.since = told_load.received_on
    where
        not exists (
            select 1
            from customer
            where
                told.customer_id = customer.customer_id
                and told.last_told_on < customer.received_on
                and customer.received_on <= cast($known_on as date)
                and customer.phone is not null
        )

),

shared as (

    select
        number,
        count(*) as customers,
        min(customer_id) as first_customer_id,
        max(customer_id) as last_customer_id,
        max(since) as since,
        max(load_no) as load_no
    from holders
    group by number

)

select
    asked_number.customer_id,
    asked_number.number,
    shared.customers + case when own.customer_id is null then 1 else 0 end as customers,
    shared.since,
    shared.load_no
from asked_number
inner join shared
    on asked_number.number = shared.number
left join holders as own
    on
        asked_number.number = own.number
        and asked_number.customer_id = own.customer_id
left join standing_release
    on
        asked_number.customer_id = standing_release.customer_id
        and standing_release.kind = 'shared_number'
        and asked_number.number = standing_release.record_key
        and shared.since <= standing_release.released_on
        and shared.load_no <= standing_release.known_load_no
where
    standing_release.customer_id is null
    and (
        shared.first_customer_id <> asked_number.customer_id
        or shared.last_customer_id <> asked_number.customer_id
    )
