-- lineage_corrected_loan: loans of the task asked about of which something else is known now.
--
-- grain   loan_id
-- reads   lineage_loan, loan_stage, loan_stage_history
-- write   view

with

believed as (

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
        belief_no
    from lineage_loan

),

given_up as (

    select
        believed.loan_id,
        max(loan_stage_history.known_before) as corrected_on
    from believed
    inner join loan_stage_history
        on
            believed.facts_of = loan_stage_history.business_date
            and believed.loan_id = loan_stage_history.loan_id
            and believed.belief_no <= loan_stage_history.belief_no
    group by believed.loan_id

),

compared as (

    -- A loan without a row was not past due.
    select
        believed.facts_of,
        believed.loan_id,
        believed.currency,
        believed.known_on,
        given_up.corrected_on,
        believed.stage,
        believed.stage_entered_on,
        believed.days_past_due,
        believed.overdue_amount,
        believed.is_paused,
        coalesce(loan_stage.stage, 'current') as stage_now,
        coalesce(loan_stage.stage_entered_on, believed.stage_entered_on) as entered_on_now,
        coalesce(loan_stage.days_past_due, 0) as days_now,
        cast(coalesce(loan_stage.overdue_amount, 0) as decimal(18, 2)) as amount_now,
        coalesce(loan_stage.is_paused, false) as is_paused_now,
        loan_stage.rule_id,
        loan_stage.rule_version
    from believed
    inner join given_up
        on believed.loan_id = given_up.loan_id
    left join loan_stage
        on
            believed.facts_of = loan_stage.business_date
            and believed.loan_id = loan_stage.loan_id

)

select
    facts_of,
    loan_id,
    known_on,
    corrected_on,
    concat_ws(
        ', ',
        case
            when days_past_due <> days_now
                then
                    '逾期天数 ' || cast(days_past_due as varchar) || ' → '
                    || cast(days_now as varchar)
        end,
        case
            when overdue_amount <> amount_now
                then
                    '逾期金额 ' || cast(overdue_amount as varchar) || ' → '
                    || cast(amount_now as varchar) || ' ' || currency
        end,
        case
            when stage <> stage_now then '阶段 ' || stage || ' → ' || stage_now
            when stage_entered_on <> entered_on_now
                then
                    '进入阶段日 ' || cast(stage_entered_on as varchar) || ' → '
                    || cast(entered_on_now as varchar)
        end,
        case
            when is_paused <> is_paused_now
                then case when is_paused_now then '当日已暂停' else '当日未暂停' end
        end
    ) as change_zh,
    concat_ws(
        ', ',
        case
            when days_past_due <> days_now
                then
                    'days past due ' || cast(days_past_due as varchar) || ' → '
                    || cast(days_now as varchar)
        end,
        case
            when overdue_amount <> amount_now
                then
                    'overdue ' || cast(overdue_amount as varchar) || ' → '
                    || cast(amount_now as varchar) || ' ' || currency
        end,
        case
            when stage <> stage_now then 'stage ' || stage || ' → ' || stage_now
            when stage_entered_on <> entered_on_now
                then
                    'in the stage since ' || cast(stage_entered_on as varchar) || ' → '
                    || cast(entered_on_now as varchar)
        end,
        case
            when is_paused <> is_paused_now
                then case when is_paused_now then 'was paused' else 'was not paused' end
        end
    ) as change_en,
    rule_id,
    rule_version
from compared
where
    stage <> stage_now
    or stage_entered_on <> entered_on_now
    or days_past_due <> days_now
    or overdue_amount <> amount_now
    or is_paused <> is_paused_now
