-- stage_event: loans that went from one stage to another since the previous business date, or whose
-- pause began or ended.
--
-- The opening raises none: what is found there was entered before the book was opened.
--
-- grain   business_date, loan_id, event
-- reads   current_loan_stage, current_loan, rule_band
-- write   versions business_date

with

loans as (

    select
        loan_id,
        customer_id,
        previous_stage,
        stage,
        stage_rank,
        is_paused,
        was_paused,
        days_past_due,
        product,
        rule_id,
        rule_version
    from current_loan_stage
    where
        business_date = cast($business_date as date)
        and not is_opening
        and (stage <> previous_stage or is_paused <> was_paused)

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

),

events as (

    select
        loans.loan_id,
        case
            when loans.stage_rank = 0 and closed.loan_id is not null then 'closed'
            when loans.stage_rank = 0 then 'cured'
            when loans.stage_rank > coalesce(before_it.band_rank, 0) then 'entered'
            else 'improved'
        end as event
    from loans
    left join stages as before_it
        on
            loans.product = before_it.product
            and loans.previous_stage = before_it.band
    left join closed
        on loans.loan_id = closed.loan_id
    where loans.stage <> loans.previous_stage

    union all

    select
        loan_id,
        case when is_paused then 'paused' else 'resumed' end as event
    from loans
    where is_paused <> was_paused

)

select
    cast($business_date as date) as business_date,
    loans.loan_id,
    loans.customer_id,
    events.event,
    loans.previous_stage as from_stage,
    loans.stage as to_stage,
    loans.days_past_due,
    loans.rule_id,
    loans.rule_version
from events
inner join loans
    on events.loan_id = loans.loan_id
