-- standing_release: protections that a person has released, by kind and customer.
--
-- A release counts for what was known when it was given: for facts of business dates up to
-- `released_on` from files that were loaded by then. Whatever is loaded afterwards holds again,
-- also for an earlier date. Of several releases the last one given counts.
--
-- grain   kind, customer_id
-- reads   restriction_release
-- write   view

with

given as (

    select
        kind,
        customer_id,
        released_on,
        coalesce(known_load_no, 0) as known_load_no,
        row_number() over (
            partition by kind, customer_id
            order by release_no desc
        ) as release_rank
    from restriction_release
    where
        released_on <= cast($known_on as date)
        and customer_id is not null

)

select
    kind,
    customer_id,
    released_on,
    known_load_no
from given
where release_rank = 1
