-- last_cursor: where the last delivery of changes of a source before the business date ended, by
-- feed.
--
-- grain   feed
-- reads   source_cursor
-- write   query

with

ranked as (

    select
        feed,
        reached,
        row_number() over (
            partition by feed
            order by business_date desc
        ) as recency
    from source_cursor
    where
        source = cast($source as varchar)
        and business_date < cast($business_date as date)

)

select
    feed,
    reached
from ranked
where recency = 1
order by feed
