-- quarantine_count: rows of the business date that are in quarantine, and rows released from it.
--
-- Settled are those that a later row has mended, or of which a person has decided that they hold
-- nobody: they stay in quarantine until they expire, and wait for nothing.
--
-- grain   source, feed
-- reads   quarantine, quarantine_release, delivery, refused_restriction, restriction_release,
--         unclear_row
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

decided as (

    select
        source,
        feed,
        file_sha256,
        line_no
    from refused_restriction
    where
        business_date = cast($business_date as date)
        and mended_on <= cast($known_on as date)

    union

    select
        source,
        feed,
        file_sha256,
        line_no
    from restriction_release
    where
        kind = 'unclear_row'
        and received_on = cast($business_date as date)
        and released_on <= cast($known_on as date)

),

-- A row that names several holds the others until each of them is released.
settled as (

    select
        decided.source,
        decided.feed,
        decided.line_no
    from decided
    inner join delivery
        on
            decided.source = delivery.source
            and decided.feed = delivery.feed
            and decided.file_sha256 = delivery.file_sha256
    where
        delivery.business_date = cast($business_date as date)
        and not exists (
            select 1
            from unclear_row
            where
                decided.source = unclear_row.source
                and decided.feed = unclear_row.feed
                and decided.file_sha256 = unclear_row.file_sha256
                and decided.line_no = unclear_row.line_no
                and unclear_row.business_date = cast($business_date as date)
        )

),

counted as (

    select
        quarantine.source,
        quarantine.feed,
        case when settled.line_no is null then 1 else 0 end as waiting,
        case when settled.line_no is null then 0 else 1 end as settled,
        0 as released
    from quarantine
    left join settled
        on
            quarantine.source = settled.source
            and quarantine.feed = settled.feed
            and quarantine.line_no = settled.line_no
    where quarantine.business_date = cast($business_date as date)

    union all

    select
        source,
        feed,
        0 as waiting,
        0 as settled,
        1 as released
    from released

)

select
    source,
    feed,
    cast(sum(waiting) as bigint) as rows_open,
    cast(sum(settled) as bigint) as rows_settled,
    cast(sum(released) as bigint) as rows_released
from counted
group by source, feed
order by source, feed
