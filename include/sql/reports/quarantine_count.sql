-- quarantine_count: rows of the business date that are in quarantine, and rows released from it.
--
-- grain   source, feed
-- reads   quarantine, quarantine_release
-- write   query

with

released as (

    select distinct
        source,
        feed,
        delivered_sha256,
        line_no
    from quarantine_release
    where business_date = cast($business_date as date)

),

counted as (

    select
        source,
        feed,
        1 as held,
        0 as released
    from quarantine
    where business_date = cast($business_date as date)

    union all

    select
        source,
        feed,
        0 as held,
        1 as released
    from released

)

select
    source,
    feed,
    cast(sum(held) as bigint) as rows_open,
    cast(sum(released) as bigint) as rows_released
from counted
group by source, feed
order by source, feed
