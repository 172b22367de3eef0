-- gate_core_balance: how far the core's own view of its loans is from ours, as the gate judges it.
--
-- There is something to judge once the date's days past due were compared. A core that used to tell
-- and tells nothing today is compared with in vain: no loan of it is covered.
--
-- grain   check_name, feed, column_name
-- reads   position_total, delivery
-- write   view

with

compared as (

    select
        case when column_name = 'any' then 'core_coverage' else 'core_balance' end as check_name,
        column_name,
        loans_compared,
        loans_differing,
        amount
    from position_total
    where business_date = cast($business_date as date)

),

told as (

    select
        business_date,
        rows_loaded,
        row_number() over (order by business_date desc) as recency
    from delivery
    where
        feed = 'loan_position'
        and business_date <= cast($business_date as date)

)

select
    check_name,
    'loan_position' as feed,
    column_name,
    loans_compared as rows_seen,
    cast(
        cast(
            cast(loans_differing * 10000 // nullif(loans_compared, 0) as bigint) as decimal(28, 2)
        ) * cast(0.01 as decimal(3, 2)) as decimal(28, 4)
    ) as observed,
    concat_ws(
        ' ‖ ',
        'differing=' || cast(loans_differing as varchar),
        'compared=' || cast(loans_compared as varchar),
        'amount=' || cast(amount as varchar)
    ) as detail
from compared

union all

select
    'core_coverage' as check_name,
    'loan_position' as feed,
    'any' as column_name,
    rows_loaded as rows_seen,
    cast(100 as decimal(28, 4)) as observed,
    'came_on=' || cast(business_date as varchar) as detail
from told
where
    recency = 1
    and business_date < cast($business_date as date)
