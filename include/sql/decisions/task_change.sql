-- task_change: what has changed in the tasks of today since they were last published.
--
-- A task of today that no longer passes is recalled; so is one of any date that is known now to
-- rest on wrong facts, and the request to prepare a case that was withdrawn since. Once the time
-- to contact is past, contacts of today are no longer added; those that went out are recalled only
-- where a check refuses them or the facts were wrong, not because they would be worded anew.
--
-- grain   queue, task_id
-- reads   wanted_task, task, publication, refuted_task, legal_case_state, contact_denial
-- write   temporary

with

latest_actions as (

    select
        queue,
        task_id,
        task_action,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        window_start,
        row_number() over (
            partition by queue, task_id
            order by revision desc
        ) as action_rank
    from task
    where business_date = cast($business_date as date)

),

standing as (

    select
        queue,
        task_id,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        window_start
    from latest_actions
    where
        action_rank = 1
        and task_action = 'added'

),

recalled_later as (

    select
        queue,
        task_id
    from task
    where
        business_date > cast($business_date as date)
        and task_action = 'recalled'

),

denials as (

    -- The key of a loan on hold is that of the wish that leaves it out, and the loan.
    select
        queue,
        coalesce(replace(candidate_key, '|' || loan_id, ''), candidate_key) as candidate_key,
        string_agg(distinct reason, ', ' order by reason) as reasons,
        min(rule_id) as rule_id,
        min(rule_version) as rule_version
    from contact_denial
    where business_date = cast($business_date as date)
    group by queue, coalesce(replace(candidate_key, '|' || loan_id, ''), candidate_key)

),

unwanted as (

    select
        standing.queue,
        standing.task_id,
        standing.candidate_key,
        standing.customer_id,
        standing.loan_id,
        standing.case_id,
        denials.reasons,
        denials.rule_id,
        denials.rule_version
    from standing
    left join wanted_task
        on
            standing.queue = wanted_task.queue
            and standing.task_id = wanted_task.task_id
    left join recalled_later
        on
            standing.queue = recalled_later.queue
            and standing.task_id = recalled_later.task_id
    left join denials
        on
            standing.queue = denials.queue
            and standing.candidate_key = denials.candidate_key
    where
        wanted_task.task_id is null
        and recalled_later.task_id is null
        and (
            standing.window_start is null
            or denials.reasons is not null
            or not cast($contact_is_past as boolean)
        )

),

case_actions as (

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

withdrawn as (

    select
        case_actions.queue,
        case_actions.task_id,
        case_actions.business_date as task_date,
        case_actions.candidate_key,
        case_actions.customer_id,
        case_actions.loan_id,
        case_actions.case_id,
        legal_case_state.state_since,
        legal_case_state.rule_id,
        legal_case_state.rule_version
    from case_actions
    inner join legal_case_state
        on case_actions.case_id = legal_case_state.case_id
    where
        case_actions.action_rank = 1
        and case_actions.task_action = 'added'
        and legal_case_state.case_state = 'withdrawn'

),

reasons_to_recall as (

    select
        queue,
        task_id,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        1 as kind_rank,
        'refuted' as recall_kind,
        reason_zh,
        reason_en,
        inputs,
        rule_id,
        rule_version
    from refuted_task

    union all

    select
        queue,
        task_id,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        2 as kind_rank,
        'withdrawn' as recall_kind,
        '案件已于 ' || cast(state_since as varchar) || ' 撤回' as reason_zh,
        'the case was withdrawn on ' || cast(state_since as varchar) as reason_en,
        case_id || ' withdrawn' as inputs,
        rule_id,
        rule_version
    from withdrawn

    union all

    select
        queue,
        task_id,
        cast($business_date as date) as task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        3 as kind_rank,
        'unwanted' as recall_kind,
        coalesce('检查未通过: ' || reasons, '依据已变, 该任务不再成立') as reason_zh,
        coalesce('a check refuses it: ' || reasons, 'what it rested on has changed')
            as reason_en,
        candidate_key as inputs,
        rule_id,
        rule_version
    from unwanted

),

recalls as (

    select
        queue,
        task_id,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        recall_kind,
        reason_zh,
        reason_en,
        inputs,
        rule_id,
        rule_version,
        row_number() over (
            partition by queue, task_id
            order by kind_rank
        ) as reason_rank
    from reasons_to_recall

),

changes as (

    select
        wanted_task.queue,
        wanted_task.task_id,
        'added' as task_action,
        cast($business_date as date) as task_date,
        wanted_task.candidate_key,
        wanted_task.customer_id,
        wanted_task.loan_id,
        wanted_task.case_id,
        cast(null as varchar) as recall_kind,
        wanted_task.reason_zh,
        wanted_task.reason_en,
        cast(null as varchar) as inputs,
        wanted_task.rule_id,
        wanted_task.rule_version
    from wanted_task
    left join standing
        on
            wanted_task.queue = standing.queue
            and wanted_task.task_id = standing.task_id
    where
        standing.task_id is null
        and (wanted_task.window_start is null or not cast($contact_is_past as boolean))

    union all

    select
        queue,
        task_id,
        'recalled' as task_action,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        recall_kind,
        reason_zh,
        reason_en,
        inputs,
        rule_id,
        rule_version
    from recalls
    where reason_rank = 1

),

revisions as (

    select
        queue,
        max(revision) as revision
    from publication
    where business_date = cast($business_date as date)
    group by queue

)

select
    cast($business_date as date) as business_date,
    changes.queue,
    coalesce(revisions.revision, 0) + 1 as revision,
    changes.task_id,
    changes.task_action,
    changes.task_date,
    changes.candidate_key,
    wanted_task.customer_name,
    wanted_task.phone,
    changes.customer_id,
    changes.loan_id,
    changes.case_id,
    wanted_task.alert_id,
    wanted_task.planned_queue,
    wanted_task.template_id,
    wanted_task.script_id,
    wanted_task.currency,
    wanted_task.amount_due,
    wanted_task.loan_count,
    wanted_task.loan_amounts,
    wanted_task.days_past_due,
    wanted_task.stage,
    wanted_task.severity,
    wanted_task.evidence,
    wanted_task.claim_principal,
    wanted_task.claim_interest,
    wanted_task.claim_fee,
    wanted_task.limitation_earliest_on,
    wanted_task.excluded_routes,
    wanted_task.missing_items_zh,
    wanted_task.missing_items_en,
    wanted_task.approved_on,
    changes.recall_kind,
    changes.reason_zh,
    changes.reason_en,
    changes.inputs,
    wanted_task.window_start,
    wanted_task.window_end,
    changes.rule_id,
    changes.rule_version
from changes
-- What is added says all of it; a recall carries nothing of the person.
left join wanted_task
    on
        changes.task_action = 'added'
        and changes.queue = wanted_task.queue
        and changes.task_id = wanted_task.task_id
left join revisions
    on changes.queue = revisions.queue
