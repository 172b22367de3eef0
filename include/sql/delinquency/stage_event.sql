-- stage_event: loans that went from one stage to another since the previous business date.
--
-- The opening raises none: what is found there was entered before the book was opened.
--
-- grain   business_date, loan_id
-- reads   loan_stage, current_loan, rule_band
-- write   partition business_date

with

moved as (

    select
        loan_id,
        customer_id,
        previous_stage,
        stage,
        stage_rank,
        days_past_due,
        product,
        rule_id,
        rule_version
    from loan_stage
    where
        business_date = cast($business_date as date)
        and not is_opening
        and stage <> previous_stage

),

stages as (

    select
        product,
        band,
        band_rank
    from rule_band
    where
        business_date = cast($business_date as date)
        and band_set = 'overdue_stage'

),

closed as (

    -- Written off or cancelled while past due: the stage ends, the debt is not cured.
    select loan_id
    from current_loan
    where
        loan_status in ('written_off', 'cancelled')
        and status_on <= cast($business_date as date)

)

select
    cast($business_date as date) as business_date,
    moved.loan_id,
    moved.customer_id,
    case
        when moved.stage_rank = 0 and closed.loan_id is not null then 'closed'
        when moved.stage_rank = 0 then 'cured'
        when moved.stage_rank > coalesce(before_it.band_rank, 0) then 'entered'
        else 'improved'
    end as event,
    moved.previous_stage as from_stage,
    moved.stage as to_stage,
    moved.days_past_due,
    moved.rule_id,
    moved.rule_version,
    cast($known_on as date) as known_on
from moved
left join stages as before_it
    on
        moved.product = before_it.product
        and moved.previous_stage = before_it.band
left join closed
    on moved.loan_id = closed.loan_id
