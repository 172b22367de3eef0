-- lineage_task_step: what became of the task asked about: added, recalled and why, checks passed.
--
-- grain   one row per step
-- reads   lineage_task, task, task_content, task_recall, rule_queue_check, rule_contact_check
-- write   view

with

content as (

    select
        business_date,
        queue,
        revision,
        amount_due,
        currency,
        days_past_due,
        severity,
        reason_zh,
        reason_en
    from task_content
    where task_id = cast($task_id as varchar)

),

actions as (

    select
        task.business_date,
        task.revision,
        task.queue,
        task.task_action,
        content.amount_due,
        content.currency,
        content.days_past_due,
        content.severity,
        coalesce(content.reason_zh, task_recall.reason_zh) as reason_zh,
        coalesce(content.reason_en, task_recall.reason_en) as reason_en,
        task.rule_id,
        task.rule_version,
        task_recall.reason,
        task_recall.inputs
    from task
    left join content
        on
            task.business_date = content.business_date
            and task.queue = content.queue
            and task.revision = content.revision
    left join task_recall
        on
            task.business_date = task_recall.business_date
            and task.queue = task_recall.queue
            and task.revision = task_recall.revision
            and task.task_id = task_recall.task_id
    where task.task_id = cast($task_id as varchar)

),

checks as (

    select distinct
        lineage_task.business_date,
        rule_contact_check.check_name,
        rule_contact_check.subject,
        rule_contact_check.rule_id,
        rule_contact_check.rule_version
    from lineage_task
    inner join rule_queue_check
        on
            lineage_task.business_date = rule_queue_check.business_date
            and lineage_task.queue = rule_queue_check.queue
    inner join rule_contact_check
        on
            lineage_task.business_date = rule_contact_check.business_date
            and rule_queue_check.check_name = rule_contact_check.check_name
            and (
                rule_queue_check.subject = 'any'
                or rule_queue_check.subject = rule_contact_check.subject
            )

)

select
    1 as section,
    'task' as kind,
    queue as subject,
    business_date as happened_on,
    concat_ws(
        ' ¶ ',
        concat_ws(
            ' ‖ ',
            case when task_action = 'added' then 'task_added' else 'task_recalled' end,
            'revision=' || cast(revision as varchar),
            'reason_zh=' || reason_zh,
            'reason_en=' || reason_en,
            'days=' || cast(days_past_due as varchar),
            'amount=' || cast(amount_due as varchar),
            'currency=' || currency,
            'severity=' || severity
        ),
        reason,
        case when inputs is not null then concat_ws(' ‖ ', 'task_inputs', 'inputs=' || inputs) end
    ) as what,
    rule_id,
    rule_version,
    task_action = 'recalled' as is_later
from actions

union all

select
    6 as section,
    'check' as kind,
    check_name as subject,
    business_date as happened_on,
    concat_ws(' ‖ ', 'check_passed', case when subject <> 'any' then 'subject=' || subject end)
        as what,
    rule_id,
    rule_version,
    false as is_later
from checks
