-- standing_release: protections that a person has released, one thing each.
--
-- A release is of one thing by its key: the feed and the record of it, the other one of two
-- persons, a number. It counts for what was known when it was given: for facts of business dates up
-- to `released_on` from files that were loaded by then. Whatever is loaded afterwards holds again,
-- also for an earlier date. Of several releases of one thing the last one given counts. That two
-- customers are two persons is so for both of them.
--
-- grain   kind, customer_id, record_key
-- reads   restriction_release
-- write   view

with

given as (

    select
        kind,
        customer_id,
        coalesce(other_customer_id, record_key, '') as record_key,
        released_on,
        coalesce(known_load_no, 0) as known_load_no,
        release_no
    from restriction_release
    where
        released_on <= cast($known_on as date)
        and customer_id is not null

),

both_ways as (

    select
        kind,
        customer_id,
        record_key,
        released_on,
        known_load_no,
        release_no
    from given

    union all

    select
        kind,
        record_key as customer_id,
        customer_id as record_key,
        released_on,
        known_load_no,
        release_no
    from given
    where kind = 'same_person'

),

ranked as (

    select
        kind,
        customer_id,
        record_key,
        released_on,
        known_load_no,
        row_number() over (
            partition by kind, customer_id, record_key
            order by release_no desc
        ) as release_rank
    from both_ways

)

select
    kind,
    customer_id,
    record_key,
    released_on,
    known_load_no
from ranked
where release_rank = 1
