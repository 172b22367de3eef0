-- gate_completeness: today's deliveries beside the usual ones, in the figures the gate judges.
--
-- Of several earlier deliveries the nearest one counts: a Monday is no Sunday, and a holiday is no
-- other day at all. Ratios and shares are whole percents.
--
-- grain   check_name, feed, column_name
-- reads   feed_profile, delivery, gate_baseline, loan
-- write   view

with

today as (

    select
        feed,
        column_name,
        rows_loaded,
        cast(round(amount_sum * 100, 0) as bigint) as cents,
        null_count,
        rows_alike
    from feed_profile
    where business_date = cast($business_date as date)

),

compared as (

    select
        today.feed,
        today.column_name,
        today.rows_loaded,
        today.cents,
        today.null_count,
        before.rows_loaded as rows_before,
        cast(round(before.amount_sum * 100, 0) as bigint) as cents_before,
        before.null_count as nulls_before
    from today
    inner join gate_baseline as before
        on
            today.feed = before.feed
            and today.column_name = before.column_name

),

ratios as (

    select
        'row_count' as check_name,
        feed,
        'any' as column_name,
        greatest(rows_loaded, rows_before) as rows_seen,
        cast(rows_loaded * 100 // nullif(rows_before, 0) as bigint) as percent
    from compared
    where column_name = '*'

    union all

    select
        'amount_sum' as check_name,
        feed,
        column_name,
        greatest(rows_loaded, rows_before) as rows_seen,
        cast(coalesce(cents, 0) * 100 // nullif(cents_before, 0) as bigint) as percent
    from compared
    where cents_before is not null

    union all

    select
        'amount_average' as check_name,
        feed,
        column_name,
        least(rows_loaded, rows_before) as rows_seen,
        cast(
            (cents // nullif(rows_loaded, 0)) * 100
            // nullif(cents_before // nullif(rows_before, 0), 0) as bigint
        ) as percent
    from compared
    where
        cents is not null
        and cents_before is not null

),

shares as (

    select
        feed,
        column_name,
        least(rows_loaded, rows_before) as rows_seen,
        cast(null_count * 100 // nullif(rows_loaded, 0) as bigint) as percent,
        cast(nulls_before * 100 // nullif(rows_before, 0) as bigint) as percent_before
    from compared
    where null_count is not null

),

-- How far a figure lies from the earlier one, so that the nearest can be told.
distances as (

    select
        check_name,
        feed,
        column_name,
        rows_seen,
        percent as observed,
        greatest(
            percent, coalesce(cast(10000 // nullif(percent, 0) as bigint), 10000)
        ) as distance
    from ratios

    union all

    select
        'null_share' as check_name,
        feed,
        column_name,
        rows_seen,
        abs(percent - percent_before) as observed,
        abs(percent - percent_before) as distance
    from shares

),

ranked as (

    select
        check_name,
        feed,
        column_name,
        max(rows_seen) over (partition by check_name, feed, column_name) as rows_seen,
        observed,
        row_number() over (
            partition by check_name, feed, column_name
            order by distance asc nulls last, observed asc nulls last
        ) as nearness
    from distances

),

leaving as (

    select count(distinct loan_id) as loans
    from loan
    where
        received_on = cast($business_date as date)
        and loan_status <> 'active'

),

known_loans as (

    select count(distinct loan_id) as loans
    from loan
    where received_on < cast($business_date as date)

)

select
    check_name,
    feed,
    column_name,
    rows_seen,
    cast(observed as decimal(28, 4)) as observed
from ranked
where nearness = 1

union all

select
    'quarantined_share' as check_name,
    feed,
    'any' as column_name,
    rows_in as rows_seen,
    cast(cast(rows_quarantined * 100 // nullif(rows_in, 0) as bigint) as decimal(28, 4))
        as observed
from delivery
where business_date = cast($business_date as date)

union all

select
    'rows_alike' as check_name,
    feed,
    'any' as column_name,
    rows_loaded as rows_seen,
    cast(cast(rows_alike * 100 // nullif(rows_loaded, 0) as bigint) as decimal(28, 4))
        as observed
from today
where rows_alike is not null

union all

select
    'loans_left' as check_name,
    'loan' as feed,
    'any' as column_name,
    known_loans.loans as rows_seen,
    cast(
        cast(leaving.loans * 100 // nullif(known_loans.loans, 0) as bigint) as decimal(28, 4)
    ) as observed
from known_loans
cross join leaving
