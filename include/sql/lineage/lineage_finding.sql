-- lineage_finding: what the day had worked out that the task asked about rests on, and beside it
-- what is known now where that was corrected.
--
-- grain   one row per finding
-- reads   lineage_task, lineage_loan, lineage_past_due, lineage_stage_move, lineage_correction,
--         student_alert, multi_lender_alert, legal_case_event, legal_case_decision,
--         legal_case_approval, rule_legal_wording
-- write   view

with

stages as (

    select
        facts_of,
        loan_id,
        currency,
        stage,
        stage_entered_on,
        episode_started_on,
        days_past_due,
        overdue_amount,
        rule_id,
        rule_version
    from lineage_loan
    where stage is not null

),

students as (

    select
        student_alert.business_date,
        student_alert.institution_id,
        student_alert.alert,
        student_alert.canonical_status,
        student_alert.effective_on,
        student_alert.rule_id,
        student_alert.rule_version
    from student_alert
    inner join lineage_task
        on
            student_alert.business_date = lineage_task.business_date
            and student_alert.customer_id = lineage_task.customer_id
    where
        lineage_task.queue = 'student_alert'
        and lineage_task.candidate_key = 'A' || md5(concat_ws(
            '|',
            'student_alert',
            student_alert.customer_id,
            student_alert.institution_id,
            cast(student_alert.business_date as varchar)
        ))

),

lenders as (

    select
        multi_lender_alert.business_date,
        multi_lender_alert.customer_id,
        multi_lender_alert.alert_level,
        multi_lender_alert.previous_level,
        multi_lender_alert.rules_met,
        multi_lender_alert.rule_id,
        multi_lender_alert.rule_version
    from multi_lender_alert
    inner join lineage_task
        on
            multi_lender_alert.business_date = lineage_task.business_date
            and multi_lender_alert.customer_id = lineage_task.customer_id
    where lineage_task.queue = 'multi_lender_alert'

),

case_events as (

    select
        legal_case_event.business_date,
        legal_case_event.case_id,
        legal_case_event.event,
        legal_case_event.reason,
        legal_case_event.rests_on,
        legal_case_event.rule_id,
        legal_case_event.rule_version
    from legal_case_event
    inner join lineage_task
        on
            legal_case_event.case_id = lineage_task.case_id
            and legal_case_event.business_date <= lineage_task.business_date

),

case_reasons as (

    -- Several things may move a case at once; their codes stand with commas between.
    select
        case_events.business_date,
        case_events.case_id,
        string_agg(rule_legal_wording.title_zh, ', ' order by rule_legal_wording.code) as title_zh,
        string_agg(rule_legal_wording.title_en, ', ' order by rule_legal_wording.code) as title_en,
        sum(length(rule_legal_wording.code) + 2) = max(length(case_events.reason) + 2) as is_all
    from case_events
    inner join rule_legal_wording
        on
            case_events.business_date = rule_legal_wording.business_date
            and rule_legal_wording.subject = 'case_reason'
            and ', ' || case_events.reason || ', '
            like '%, ' || rule_legal_wording.code || ', %'
    group by case_events.business_date, case_events.case_id

),

case_moves as (

    -- What the rules have no words for is told as its code.
    select
        case_events.business_date,
        case_events.case_id,
        coalesce(rule_legal_wording.title_zh, case_events.event) as event_zh,
        coalesce(rule_legal_wording.title_en, case_events.event) as event_en,
        case when case_reasons.is_all then case_reasons.title_zh else case_events.reason end
            as reasons_zh,
        case when case_reasons.is_all then case_reasons.title_en else case_events.reason end
            as reasons_en,
        case_events.rests_on,
        case_events.rule_id,
        case_events.rule_version
    from case_events
    left join rule_legal_wording
        on
            case_events.business_date = rule_legal_wording.business_date
            and rule_legal_wording.subject = 'case_event'
            and case_events.event = rule_legal_wording.code
    left join case_reasons
        on
            case_events.business_date = case_reasons.business_date
            and case_events.case_id = case_reasons.case_id

),

case_decisions as (

    -- First an approval that one more had to follow, then what was decided.
    select
        legal_case_approval.approved_on as decided_on,
        legal_case_approval.case_id,
        'case_approval' as code,
        cast(null as varchar) as decision,
        legal_case_approval.approved_by as decided_by,
        legal_case_approval.reason
    from legal_case_approval
    inner join lineage_task
        on
            legal_case_approval.case_id = lineage_task.case_id
            and legal_case_approval.approved_on <= lineage_task.business_date

    union all

    select
        legal_case_decision.decided_on,
        legal_case_decision.case_id,
        'case_decision' as code,
        legal_case_decision.decision,
        legal_case_decision.decided_by,
        legal_case_decision.reason
    from legal_case_decision
    inner join lineage_task
        on
            legal_case_decision.case_id = lineage_task.case_id
            and legal_case_decision.decided_on <= lineage_task.business_date

)

select
    2 as section,
    'student_alert' as kind,
    institution_id as subject,
    business_date as happened_on,
    concat_ws(
        ' ‖ ',
        'student_alerted',
        'alert=' || alert,
        'status=' || canonical_status,
        'effective_on=' || cast(effective_on as varchar)
    ) as what,
    rule_id,
    rule_version,
    false as is_later
from students

union all

select
    2 as section,
    'multi_lender_alert' as kind,
    customer_id as subject,
    business_date as happened_on,
    concat_ws(
        ' ‖ ',
        'alert_level_moved',
        'before=' || previous_level,
        'level=' || alert_level,
        'rules=' || rules_met
    ) as what,
    rule_id,
    rule_version,
    false as is_later
from lenders

union all

select
    2 as section,
    'legal_case' as kind,
    case_id as subject,
    business_date as happened_on,
    concat_ws(
        ' ‖ ',
        'case_moved',
        'event_en=' || event_en,
        'event_zh=' || event_zh,
        'reasons_en=' || reasons_en,
        'reasons_zh=' || reasons_zh,
        'rests_on=' || rests_on
    ) as what,
    rule_id,
    rule_version,
    false as is_later
from case_moves

union all

select
    2 as section,
    'legal_case' as kind,
    case_id as subject,
    decided_on as happened_on,
    -- The signs of a message are no part of a person's words.
    concat_ws(
        ' ‖ ',
        code,
        'decision=' || decision,
        'decided_by=' || translate(decided_by, '‖¶', '||'),
        'reason=' || translate(reason, '‖¶', '||')
    ) as what,
    cast(null as varchar) as rule_id,
    cast(null as varchar) as rule_version,
    false as is_later
from case_decisions

union all

select
    3 as section,
    'loan_stage' as kind,
    loan_id as subject,
    facts_of as happened_on,
    concat_ws(
        ' ‖ ',
        'loan_in_stage',
        'stage=' || stage,
        'since=' || cast(stage_entered_on as varchar),
        'days=' || cast(days_past_due as varchar),
        'amount=' || cast(overdue_amount as varchar),
        'currency=' || currency
    ) as what,
    rule_id,
    rule_version,
    false as is_later
from stages

union all

select
    3 as section,
    'loan_delinquency' as kind,
    loan_id as subject,
    business_date as happened_on,
    concat_ws(
        ' ‖ ',
        'loan_past_due',
        'due_on=' || cast(oldest_unpaid_due_on as varchar),
        'instalments=' || cast(overdue_instalments as varchar),
        case when paused_days > 0 then 'paused_days=' || cast(paused_days as varchar) end
    ) as what,
    rule_id,
    rule_version,
    false as is_later
from lineage_past_due

union all

select
    3 as section,
    'stage_event' as kind,
    loan_id as subject,
    business_date as happened_on,
    concat_ws(
        ' ‖ ', 'stage_moved', 'event=' || event, 'before=' || from_stage, 'stage=' || to_stage
    ) as what,
    rule_id,
    rule_version,
    false as is_later
from lineage_stage_move

union all

select
    4 as section,
    'correction' as kind,
    loan_id as subject,
    corrected_on as happened_on,
    what,
    rule_id,
    rule_version,
    true as is_later
from lineage_correction
