-- stage_total: past-due loans per stage and currency, from days past due alone.
--
-- A stage that was frozen otherwise by what was paid during a pause is not known here.
--
-- grain   stage, currency
-- reads   current_loan_delinquency, rule_band
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
        is_paused,
        overdue_amount
    from current_loan_delinquency
    where
        business_date = cast($business_date as date)
        and (days_past_due > 0 or is_paused)

),

final as (

    select
        bands.band as stage,
        past_due.currency,
        cast(count(case when not past_due.is_paused then 1 end) as bigint) as loans,
        cast(sum(
            case
                when past_due.is_paused then cast(0 as decimal(18, 2))
                else past_due.overdue_amount
            end
        ) as decimal(18, 2)) as overdue_amount,
        max(past_due.days_past_due) as max_days_past_due,
        cast(count(case when past_due.is_paused then 1 end) as bigint) as paused_loans
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
    max_days_past_due,
    paused_loans
from final
order by max_days_past_due, stage, currency
