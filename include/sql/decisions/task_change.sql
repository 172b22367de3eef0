-- task_change: what has changed in the tasks of today since they were last published.
--
-- A task that no longer passes is recalled; so is the request to prepare a case that was withdrawn
-- since, on whatever date it was sent.
--
-- grain   queue, task_id
-- reads   wanted_task, task, publication, legal_case_state
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
        case_id
    from latest_actions
    where
        action_rank = 1
        and task_action = 'added'

),

earlier_actions as (

    select
        queue,
        task_id,
        task_action,
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
        earlier_actions.queue,
        earlier_actions.task_id,
        earlier_actions.candidate_key,
        earlier_actions.customer_id,
        earlier_actions.loan_id,
        earlier_actions.case_id
    from earlier_actions
    inner join legal_case_state
        on earlier_actions.case_id = legal_case_state.case_id
    where
        earlier_actions.action_rank = 1
        and earlier_actions.task_action = 'added'
        and legal_case_state.case_state = 'withdrawn'

),

unwanted as (

    select
        standing.queue,
        standing.task_id,
        standing.candidate_key,
        standing.customer_id,
        standing.loan_id,
        standing.case_id
    from standing
    left join wanted_task
        on
            standing.queue = wanted_task.queue
            and standing.task_id = wanted_task.task_id
    where wanted_task.task_id is null

    union

    select
        queue,
        task_id,
        candidate_key,
        customer_id,
        loan_id,
        case_id
    from withdrawn

),

changes as (

    select
        wanted_task.queue,
        wanted_task.task_id,
        'added' as task_action,
        wanted_task.candidate_key,
        wanted_task.customer_name,
        wanted_task.phone,
        wanted_task.customer_id,
        wanted_task.loan_id,
        wanted_task.case_id,
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
        wanted_task.reason_zh,
        wanted_task.reason_en,
        wanted_task.window_start,
        wanted_task.window_end,
        wanted_task.rule_id,
        wanted_task.rule_version
    from wanted_task
    left join standing
        on
            wanted_task.queue = standing.queue
            and wanted_task.task_id = standing.task_id
    where standing.task_id is null

    union all

    select
        queue,
        task_id,
        'recalled' as task_action,
        candidate_key,
        cast(null as varchar) as customer_name,
        cast(null as varchar) as phone,
        customer_id,
        loan_id,
        case_id,
        cast(null as varchar) as alert_id,
        cast(null as varchar) as planned_queue,
        cast(null as varchar) as template_id,
        cast(null as varchar) as script_id,
        cast(null as varchar) as currency,
        cast(null as decimal(18, 2)) as amount_due,
        cast(null as integer) as loan_count,
        cast(null as varchar) as loan_amounts,
        cast(null as integer) as days_past_due,
        cast(null as varchar) as stage,
        cast(null as varchar) as severity,
        cast(null as varchar) as evidence,
        cast(null as decimal(18, 2)) as claim_principal,
        cast(null as decimal(18, 2)) as claim_interest,
        cast(null as decimal(18, 2)) as claim_fee,
        cast(null as date) as limitation_earliest_on,
        cast(null as varchar) as excluded_routes,
        cast(null as varchar) as missing_items_zh,
        cast(null as varchar) as missing_items_en,
        cast(null as date) as approved_on,
        cast(null as varchar) as reason_zh,
        cast(null as varchar) as reason_en,
        cast(null as varchar) as window_start,
        cast(null as varchar) as window_end,
        cast(null as varchar) as rule_id,
        cast(null as varchar) as rule_version
    from unwanted

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
    changes.candidate_key,
    changes.customer_name,
    changes.phone,
    changes.customer_id,
    changes.loan_id,
    changes.case_id,
    changes.alert_id,
    changes.planned_queue,
    changes.template_id,
    changes.script_id,
    changes.currency,
    changes.amount_due,
    changes.loan_count,
    changes.loan_amounts,
    changes.days_past_due,
    changes.stage,
    changes.severity,
    changes.evidence,
    changes.claim_principal,
    changes.claim_interest,
    changes.claim_fee,
    changes.limitation_earliest_on,
    changes.excluded_routes,
    changes.missing_items_zh,
    changes.missing_items_en,
    changes.approved_on,
    changes.reason_zh,
    changes.reason_en,
    changes.window_start,
    changes.window_end,
    changes.rule_id,
    changes.rule_version
from changes
left join revisions
    on changes.queue = revisions.queue
