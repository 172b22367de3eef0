-- score_income_fact: how steady the income of a customer is, over the last complete months.
--
-- Months the lender knows nothing of are no months without income: they are left out.
--
-- grain   customer_id
-- reads   active_borrower, current_customer_income, current_customer_employment, rule_parameter
-- write   temporary

with

limits as (

    select
        cast(
            cast(date_trunc('month', cast($business_date as date)) as date)
            - cast(round(income.value_number, 0) as integer) * interval 1 month as date
        ) as first_month,
        cast(
            cast($business_date as date)
            - cast(round(age.value_number, 0) as integer) * interval 1 day as date
        ) as oldest_on
    from rule_parameter as income
    inner join rule_parameter as age
        on
            income.business_date = age.business_date
            and income.pack = age.pack
    where
        income.business_date = cast($business_date as date)
        and income.pack = 'credit_score'
        and income.parameter = 'income_months'
        and age.parameter = 'information_max_age_days'

),

incomes as (

    select
        current_customer_income.customer_id,
        current_customer_income.income_month,
        current_customer_income.income_source,
        current_customer_income.amount
    from current_customer_income
    inner join limits
        on current_customer_income.income_month >= limits.first_month
    where
        current_customer_income.income_month
        < cast(date_trunc('month', cast($business_date as date)) as date)

),

months as (

    select
        customer_id,
        income_month,
        sum(amount) as amount
    from incomes
    group by customer_id, income_month

),

steadiness as (

    select
        customer_id,
        count(*) as income_months,
        cast(min(amount) as decimal(28, 2)) as lowest_month,
        cast(max(amount) as decimal(28, 2)) as highest_month
    from months
    group by customer_id

),

sources as (

    select
        customer_id,
        count(distinct income_source) as income_sources
    from incomes
    where amount > 0
    group by customer_id

),

contracts as (

    select
        current_customer_employment.customer_id,
        current_customer_employment.contract_type,
        row_number() over (
            partition by current_customer_employment.customer_id
            order by current_customer_employment.as_of_on desc
        ) as recency
    from current_customer_employment
    inner join limits
        on current_customer_employment.as_of_on >= limits.oldest_on
    where current_customer_employment.as_of_on <= cast($business_date as date)

)

select
    active_borrower.customer_id,
    cast(coalesce(steadiness.income_months, 0) as integer) as income_months,
    steadiness.lowest_month,
    steadiness.highest_month,
    cast(
        case when steadiness.customer_id is not null then coalesce(sources.income_sources, 0) end
        as integer
    ) as income_sources,
    contracts.contract_type
from active_borrower
left join steadiness
    on active_borrower.customer_id = steadiness.customer_id
left join sources
    on active_borrower.customer_id = sources.customer_id
left join contracts
    on
        active_borrower.customer_id = contracts.customer_id
        and contracts.recency = 1
