-- legal_task_ended: tasks of the legal department that stand and whose case no longer asks for
-- them: withdrawn, suspended, left to another court, rejected, sent back, or told anew with other
-- figures.
--
-- A reason that the rules have no words for is told as its code.
--
-- grain   queue, task_id
-- reads   task, legal_case_state, rule_legal_wording
-- write   view

with

actions as (

    select
        queue,
        task_id,
        task_action,
        business_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        row_number() over (
            partition by queue, task_id
            order by business_date desc, revision desc
        ) as action_rank
    from task
    where
        business_date <= cast($business_date as date)
        and case_id is not null

),

wording as (

    select
        subject,
        code,
        title_zh,
        title_en
    from rule_legal_wording
    where business_date = cast($business_date as date)

),

cases as (

    -- Why a case came to wait is not why a person rejected it.
    select
        case_id,
        case_state,
        state_since,
        case when case_state = 'rejected' then decided_on else state_since end as moved_on,
        case when case_state <> 'rejected' then state_reason end as reason,
        rests_on,
        rule_id,
        rule_version
    from legal_case_state

),

reasons as (

    -- Several things may stop a case at once; their codes stand with commas between.
    select
        cases.case_id,
        string_agg(wording.title_zh, ', ' order by wording.code) as title_zh,
        string_agg(wording.title_en, ', ' order by wording.code) as title_en,
        sum(length(wording.code) + 2) = max(length(cases.reason) + 2) as is_all
    from cases
    inner join wording
        on
            wording.subject = 'case_reason'
            and ', ' || cases.reason || ', ' like '%, ' || wording.code || ', %'
    group by cases.case_id

)

select
    actions.queue,
    actions.task_id,
    actions.business_date as task_date,
    actions.candidate_key,
    actions.customer_id,
    actions.loan_id,
    actions.case_id,
    concat_ws(
        ' ‖ ',
        'case_ended',
        'state_en=' || coalesce(states.title_en, cases.case_state),
        'state_zh=' || coalesce(states.title_zh, cases.case_state),
        'moved_on=' || cast(cases.moved_on as varchar),
        'reasons_en=' || case when reasons.is_all then reasons.title_en else cases.reason end,
        'reasons_zh=' || case when reasons.is_all then reasons.title_zh else cases.reason end
    ) as reason,
    concat_ws(
        ' ', actions.case_id, cases.case_state, cases.reason,
        cases.rests_on
    ) as inputs,
    cases.rule_id,
    cases.rule_version
from actions
inner join cases
    on actions.case_id = cases.case_id
left join wording as states
    on
        states.subject = 'case_state'
        -- Approved since, a task of before was sent back all the same.
        and case
            when cases.case_state = 'approved' then 'awaiting_approval' else cases.case_state
        end = states.code
left join reasons
    on cases.case_id = reasons.case_id
where
    actions.action_rank = 1
    and actions.task_action = 'added'
    and (
        cases.case_state in ('withdrawn', 'suspended', 'followed', 'rejected')
        or (
            cases.case_state = 'awaiting_approval'
            and actions.queue = 'legal_case_approved'
        )
        -- Sent back since the task was made: what stands now is told by another task.
        or (
            cases.case_state in ('awaiting_approval', 'approved')
            and actions.business_date < cases.state_since
        )
    )
