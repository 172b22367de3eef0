-- stage_total: past-due loans per stage and currency, from days past due alone.
--
-- grain   stage, currency
-- reads   loan_delinquency, rule_band
-- write   query

with

bands as (

    select
        product,
        band,
        band_rank,
        lower_bound,
        lead(lower_bound, 1, 2147483647) over (
            partition by product
            order by lower_bound
        ) as next_bound
    from rule_band
    where
        business_date = cast($business_date as date)
        and band_set = 'overdue_stage'

),

past_due as (

    select
        product,
        currency,
        days_past_due,
        overdue_amount
    from loan_delinquency
    where business_date = cast($business_date as date)

),

final as (

    select
        bands.band as stage,
        past_due.currency,
        cast(count(*) as bigint) as loans,
        cast(sum(past_due.overdue_amount) as decimal(18, 2)) as overdue_amount,
        max(past_due.days_past_due) as max_days_past_due
    from past_due
    inner join bands
        on
            past_due.product = bands.product
            and past_due.days_past_due >= bands.lower_bound
            and past_due.days_past_due < bands.next_bound
    group by bands.band, past_due.currency

)

select
    stage,
    currency,
    loans,
    overdue_amount,
    max_days_past_due
from final
order by max_days_past_due, stage, currency
