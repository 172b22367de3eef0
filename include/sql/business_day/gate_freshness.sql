-- gate_freshness: how old the content of today's deliveries is, in the figures the gate judges.
--
-- grain   check_name, feed, column_name
-- reads   feed_profile, delivery, gate_baseline
-- write   view

with

today as (

    select
        feed,
        column_name,
        rows_loaded,
        last_on,
        rows_ahead,
        rows_repeated
    from feed_profile
    where business_date = cast($business_date as date)

),

usual as (

    select
        feed,
        column_name,
        max(rows_loaded) as rows_before,
        max(last_on) as last_before
    from gate_baseline
    group by feed, column_name

),

ages as (

    select
        feed,
        cast(
            date_diff('day', max(business_date), cast($business_date as date)) as integer
        ) as days_old
    from delivery
    where business_date <= cast($business_date as date)
    group by feed

),

received as (

    select
        source,
        feed,
        file_sha256,
        rows_in
    from delivery
    where business_date = cast($business_date as date)

),

seen_before as (

    select
        received.feed,
        max(received.rows_in) as rows_in,
        count(earlier.business_date) as dates
    from received
    left join delivery as earlier
        on
            received.source = earlier.source
            and received.feed = earlier.feed
            and received.file_sha256 = earlier.file_sha256
            and earlier.business_date < cast($business_date as date)
    group by received.feed

)

select
    'delivered' as check_name,
    feed,
    'any' as column_name,
    cast(0 as bigint) as rows_seen,
    cast(days_old as decimal(28, 4)) as observed
from ages

union all

-- Of a file without rows where rows are usual, the newest date is the one known before.
select
    'newest_date' as check_name,
    today.feed,
    today.column_name,
    greatest(today.rows_loaded, coalesce(usual.rows_before, 0)) as rows_seen,
    cast(
        greatest(
            cast(
                date_diff(
                    'day',
                    coalesce(today.last_on, usual.last_before),
                    cast($business_date as date)
                ) as integer
            ),
            0
        ) as decimal(28, 4)
    ) as observed
from today
left join usual
    on
        today.feed = usual.feed
        and today.column_name = usual.column_name
where coalesce(today.last_on, usual.last_before) is not null

union all

select
    'dates_ahead' as check_name,
    feed,
    column_name,
    rows_loaded as rows_seen,
    cast(cast(rows_ahead * 100 // nullif(rows_loaded, 0) as bigint) as decimal(28, 4)) as observed
from today
where rows_ahead is not null

union all

select
    'same_content' as check_name,
    feed,
    'any' as column_name,
    rows_in as rows_seen,
    cast(dates as decimal(28, 4)) as observed
from seen_before

union all

select
    'repeated_keys' as check_name,
    feed,
    'any' as column_name,
    rows_loaded as rows_seen,
    cast(cast(rows_repeated * 100 // nullif(rows_loaded, 0) as bigint) as decimal(28, 4))
        as observed
from today
where rows_repeated is not null
