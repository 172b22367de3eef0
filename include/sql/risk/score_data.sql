-- score_data: how much data there is for each dimension of a customer, and the facts in words.
--
-- grain   customer_id, dimension
-- reads   active_borrower, score_repayment_fact, score_income_fact, score_balance_fact,
--         bureau_exposure
-- write   temporary

select
    customer_id,
    'repayment_history' as dimension,
    instalments_due as data_points,
    'instalments_due=' || cast(instalments_due as varchar)
    || ';paid_late=' || cast(instalments_late as varchar)
    || ';days_past_due=' || cast(days_past_due as varchar) as inputs
from score_repayment_fact

union all

select
    customer_id,
    'income_stability' as dimension,
    income_months as data_points,
    'months=' || cast(income_months as varchar)
    || ';lowest=' || coalesce(cast(lowest_month as varchar), '')
    || ';highest=' || coalesce(cast(highest_month as varchar), '')
    || ';sources=' || coalesce(cast(income_sources as varchar), '')
    || ';contract=' || coalesce(contract_type, '') as inputs
from score_income_fact

union all

select
    customer_id,
    'assets_and_liabilities' as dimension,
    sides_known as data_points,
    'assets=' || coalesce(cast(assets as varchar), '')
    || ';liabilities=' || coalesce(cast(liabilities as varchar), '') as inputs
from score_balance_fact

union all

select
    active_borrower.customer_id,
    'bureau_information' as dimension,
    case when bureau_exposure.customer_id is null then 0 else 1 end as data_points,
    case
        when bureau_exposure.customer_id is null then 'consent_and_delivery=none'
        else
            'delivered_on=' || cast(bureau_exposure.bureau_delivered_on as varchar)
            || ';balance=' || cast(bureau_exposure.open_balance as varchar)
            || ';overdue=' || cast(bureau_exposure.overdue_with_others as varchar)
            || ';new_lenders=' || cast(bureau_exposure.new_lenders_long as varchar)
    end as inputs
from active_borrower
left join bureau_exposure
    on active_borrower.customer_id = bureau_exposure.customer_id
