-- open_loan: loans with a shortfall that were active at the close of the business date, with the
-- rules that hold for their product.
--
-- grain   loan_id
-- reads   loan, shortfall_loan, rule_past_due, rule_waterfall
-- write   temporary

with

versions as (

    select
        loan.loan_id,
        loan.customer_id,
        loan.product,
        loan.currency,
        loan.loan_status,
        loan.status_on,
        row_number() over (
            partition by loan.loan_id
            order by loan.received_on desc
        ) as version_rank
    from loan
    inner join shortfall_loan
        on loan.loan_id = shortfall_loan.loan_id
    where loan.received_on <= cast($known_on as date)

),

regimes as (

    select
        product,
        min(case when component = 'fee' then component_rank end) as fee_rank,
        min(case when component = 'interest' then component_rank end) as interest_rank,
        min(case when component = 'principal' then component_rank end) as principal_rank
    from rule_waterfall
    where
        business_date = cast($business_date as date)
        and from_days_past_due = 0
    group by product

),

turns as (

    select
        product,
        min(from_days_past_due) as order_turns_from
    from rule_waterfall
    where
        business_date = cast($business_date as date)
        and from_days_past_due > 0
    group by product

)

select
    versions.loan_id,
    versions.customer_id,
    versions.product,
    versions.currency,
    rules.tolerance_amount,
    rules.grace_days,
    rules.grace_mode,
    rules.due_date_counts_as,
    rules.rule_id,
    rules.rule_version,
    regimes.fee_rank,
    regimes.interest_rank,
    regimes.principal_rank,
    turns.order_turns_from
from versions
inner join rule_past_due as rules
    on
        versions.product = rules.product
        and rules.business_date = cast($business_date as date)
inner join regimes
    on versions.product = regimes.product
left join turns
    on versions.product = turns.product
where
    versions.version_rank = 1
    and (
        versions.loan_status = 'active'
        or versions.status_on > cast($business_date as date)
    )
