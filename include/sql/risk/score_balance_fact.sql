-- score_balance_fact: what a customer owns and owes, by the latest information on each side.
--
-- A side the lender knows nothing of is unknown, not zero.
--
-- grain   customer_id
-- reads   active_borrower, current_customer_balance, rule_parameter
-- write   temporary

with

limits as (

    select
        cast(
            cast($business_date as date)
            - cast(round(value_number, 0) as integer) * interval 1 day as date
        ) as oldest_on
    from rule_parameter
    where
        business_date = cast($business_date as date)
        and pack = 'credit_score'
        and parameter = 'information_max_age_days'

),

balances as (

    select
        current_customer_balance.customer_id,
        current_customer_balance.balance_kind,
        current_customer_balance.as_of_on,
        sum(current_customer_balance.amount) as amount
    from current_customer_balance
    inner join limits
        on current_customer_balance.as_of_on >= limits.oldest_on
    where current_customer_balance.as_of_on <= cast($business_date as date)
    group by
        current_customer_balance.customer_id,
        current_customer_balance.balance_kind,
        current_customer_balance.as_of_on

),

ranked as (

    select
        customer_id,
        balance_kind,
        amount,
        row_number() over (
            partition by customer_id, balance_kind
            order by as_of_on desc
        ) as recency
    from balances

),

sides as (

    select
        customer_id,
        count(*) as sides_known,
        sum(case when balance_kind = 'asset' then amount end) as assets,
        sum(case when balance_kind = 'liability' then amount end) as liabilities
    from ranked
    where recency = 1
    group by customer_id

)

select
    active_borrower.customer_id,
    cast(coalesce(sides.sides_known, 0) as integer) as sides_known,
    cast(sides.assets as decimal(28, 2)) as assets,
    cast(sides.liabilities as decimal(28, 2)) as liabilities
from active_borrower
left join sides
    on active_borrower.customer_id = sides.customer_id
