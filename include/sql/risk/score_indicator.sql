-- score_indicator: the indicators of the scorecard, as whole numbers or categories.
--
-- An indicator without data has no row. Shares are rounded up, so that a band from 31 percent on
-- reads "more than 30 percent".
--
-- grain   customer_id, dimension, indicator
-- reads   score_repayment_fact, score_income_fact, score_balance_fact, bureau_exposure
-- write   temporary

with

-- Cents as whole numbers: shares of them are exact.
income_cents as (

    select
        customer_id,
        cast(round((highest_month - lowest_month) * 100, 0) as bigint) as swing,
        cast(round(highest_month * 100, 0) as bigint) as highest
    from score_income_fact
    where highest_month > 0

),

balance_cents as (

    select
        customer_id,
        cast(round(liabilities * 100, 0) as bigint) as owed,
        cast(round((assets + liabilities) * 100, 0) as bigint) as in_all
    from score_balance_fact
    where assets + liabilities > 0

)

select
    customer_id,
    'repayment_history' as dimension,
    'late_share' as indicator,
    cast(
        (cast(instalments_late as bigint) * 100 + instalments_due - 1) // instalments_due as bigint
    ) as measured,
    cast(null as varchar) as category
from score_repayment_fact
where instalments_due > 0

union all

select
    customer_id,
    'repayment_history' as dimension,
    'days_past_due' as indicator,
    cast(days_past_due as bigint) as measured,
    cast(null as varchar) as category
from score_repayment_fact

union all

select
    customer_id,
    'income_stability' as dimension,
    'income_swing' as indicator,
    cast((swing * 100 + highest - 1) // highest as bigint) as measured,
    cast(null as varchar) as category
from income_cents

union all

select
    customer_id,
    'income_stability' as dimension,
    'income_sources' as indicator,
    cast(income_sources as bigint) as measured,
    cast(null as varchar) as category
from score_income_fact
where income_sources is not null

union all

select
    customer_id,
    'income_stability' as dimension,
    'employment_contract' as indicator,
    cast(null as bigint) as measured,
    contract_type as category
from score_income_fact
where contract_type is not null

union all

select
    customer_id,
    'assets_and_liabilities' as dimension,
    'liability_share' as indicator,
    cast((owed * 100 + in_all - 1) // in_all as bigint) as measured,
    cast(null as varchar) as category
from balance_cents

union all

select
    customer_id,
    'bureau_information' as dimension,
    'overdue_with_others' as indicator,
    cast(ceil(overdue_with_others) as bigint) as measured,
    cast(null as varchar) as category
from bureau_exposure

union all

select
    customer_id,
    'bureau_information' as dimension,
    'bureau_balance' as indicator,
    cast(ceil(open_balance) as bigint) as measured,
    cast(null as varchar) as category
from bureau_exposure

union all

select
    customer_id,
    'bureau_information' as dimension,
    'new_lenders' as indicator,
    cast(new_lenders_long as bigint) as measured,
    cast(null as varchar) as category
from bureau_exposure
