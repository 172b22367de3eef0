-- lineage_corrected_loan: loans of the task asked about of which something else is known now: what
-- moved as it was before, empty where it did not, and everything as it is now.
--
-- grain   loan_id
-- reads   lineage_loan, loan_stage, current_loan_stage
-- write   view

with

held as (

    select
        facts_of,
        loan_id,
        currency,
        stage,
        stage_entered_on,
        days_past_due,
        overdue_amount,
        is_paused,
        known_on,
        version_no
    from lineage_loan

),

superseded as (

    select
        held.loan_id,
        max(loan_stage.known_before) as corrected_on
    from held
    inner join loan_stage
        on
            held.facts_of = loan_stage.business_date
            and held.loan_id = loan_stage.loan_id
            and held.version_no <= loan_stage.version_no
            and loan_stage.known_before is not null
    group by held.loan_id

),

compared as (

    -- A loan without a row was not past due.
    select
        held.facts_of,
        held.loan_id,
        held.currency,
        held.known_on,
        superseded.corrected_on,
        held.stage,
        held.stage_entered_on,
        held.days_past_due,
        held.overdue_amount,
        held.is_paused,
        coalesce(current_loan_stage.stage, 'current') as stage_now,
        coalesce(current_loan_stage.stage_entered_on, held.stage_entered_on) as entered_on_now,
        coalesce(current_loan_stage.days_past_due, 0) as days_now,
        cast(coalesce(current_loan_stage.overdue_amount, 0) as decimal(18, 2)) as amount_now,
        coalesce(current_loan_stage.is_paused, false) as is_paused_now,
        current_loan_stage.rule_id,
        current_loan_stage.rule_version
    from held
    inner join superseded
        on held.loan_id = superseded.loan_id
    left join current_loan_stage
        on
            held.facts_of = current_loan_stage.business_date
            and held.loan_id = current_loan_stage.loan_id

),

moved as (

    -- Empty where nothing moved.
    select
        facts_of,
        loan_id,
        currency,
        known_on,
        corrected_on,
        case when days_past_due <> days_now then days_past_due end as days_before,
        days_now,
        case when overdue_amount <> amount_now then overdue_amount end as amount_before,
        amount_now,
        case when stage <> stage_now then stage end as stage_before,
        stage_now,
        case
            when stage = stage_now and stage_entered_on <> entered_on_now then stage_entered_on
        end as entered_before,
        entered_on_now,
        case when is_paused <> is_paused_now then is_paused_now end as became_paused,
        rule_id,
        rule_version
    from compared

)

select
    facts_of,
    loan_id,
    known_on,
    corrected_on,
    currency,
    days_before,
    days_now,
    amount_before,
    amount_now,
    stage_before,
    stage_now,
    entered_before,
    entered_on_now,
    became_paused,
    rule_id,
    rule_version
from moved
where
    days_before is not null
    or amount_before is not null
    or stage_before is not null
    or entered_before is not null
    or became_paused is not null
