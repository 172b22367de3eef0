-- gate_baseline: the earlier deliveries that the figures of today are compared with.
--
-- The delivery before, and that of the same weekday a week before; full sets beside full sets and
-- changes beside changes. A delivery that failed a check and was not released is no measure: the
-- second halved file in a row is as wrong as the first.
--
-- grain   feed, column_name, delivered_on
-- reads   feed_profile, gate_check
-- write   view

with

today as (

    select
        source,
        feed,
        column_name,
        is_full
    from feed_profile
    where business_date = cast($business_date as date)

),

distrusted as (

    select distinct
        business_date,
        feed
    from gate_check
    where
        business_date < cast($business_date as date)
        and outcome = 'failed'
        and released_by is null

),

earlier as (

    select
        before.feed,
        before.column_name,
        before.business_date as delivered_on,
        before.rows_loaded,
        before.amount_sum,
        before.null_count,
        before.last_on,
        row_number() over (
            partition by before.feed, before.column_name
            order by before.business_date desc
        ) as recency
    from feed_profile as before
    inner join today
        on
            before.source = today.source
            and before.feed = today.feed
            and before.column_name = today.column_name
            and before.is_full = today.is_full
    left join distrusted
        on
            before.business_date = distrusted.business_date
            and before.feed = distrusted.feed
    where
        before.business_date < cast($business_date as date)
        and distrusted.feed is null

)

select
    feed,
    column_name,
    delivered_on,
    rows_loaded,
    amount_sum,
    null_count,
    last_on
from earlier
where
    recency = 1
    or delivered_on = cast($business_date as date) - 7
