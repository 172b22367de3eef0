-- customer_contact: what was asked for, what was refused and what came of it for one customer,
-- around one date.
--
-- The file of a date is worked on the day after, so contacts of the day before are in it as well.
-- What was recalled later is listed with the task it recalls.
--
-- grain   one row per task action, per denial and per attempt reported
-- reads   task, task_content, task_recall, contact_denial, current_contact_outcome
-- write   query

with

content as (

    select
        business_date,
        queue,
        revision,
        task_id,
        reason_zh,
        reason_en
    from task_content
    where customer_id = cast($customer_id as varchar)

),

asked as (

    select
        task.business_date,
        task.queue,
        task.revision,
        task.task_action,
        task.task_id,
        case
            when task_recall.reason is not null then task_recall.reason
            when
                coalesce(
                    content.reason_zh,
                    content.reason_en,
                    task_recall.reason_zh,
                    task_recall.reason_en
                ) is not null
                then concat_ws(
                    ' ‖ ',
                    'task_reason',
                    'reason_zh=' || coalesce(content.reason_zh, task_recall.reason_zh),
                    'reason_en=' || coalesce(content.reason_en, task_recall.reason_en)
                )
        end as what,
        task.window_start,
        task.rule_id,
        task.rule_version
    from task
    left join content
        on
            task.business_date = content.business_date
            and task.queue = content.queue
            and task.revision = content.revision
            and task.task_id = content.task_id
    left join task_recall
        on
            task.business_date = task_recall.business_date
            and task.queue = task_recall.queue
            and task.revision = task_recall.revision
            and task.task_id = task_recall.task_id
    where
        task.customer_id = cast($customer_id as varchar)
        and (
            task.business_date = cast($business_date as date)
            or task.business_date = cast($business_date as date) + (-1)
            or task_recall.task_date = cast($business_date as date)
            or task_recall.task_date = cast($business_date as date) + (-1)
        )

),

refused as (

    select
        business_date,
        queue,
        check_name,
        subject,
        loan_id,
        reason,
        rule_id,
        rule_version
    from contact_denial
    where
        customer_id = cast($customer_id as varchar)
        and (
            business_date = cast($business_date as date)
            or business_date = cast($business_date as date) + (-1)
        )

),

reported as (

    select
        cast(attempted_at as date) as business_date,
        channel,
        counterpart,
        result,
        task_id,
        loan_id,
        attempted_at
    from current_contact_outcome
    where
        customer_id = cast($customer_id as varchar)
        and cast(attempted_at as date) = cast($business_date as date)

),

contacts as (

    select
        business_date,
        queue,
        revision,
        task_action as answer,
        task_id,
        what,
        window_start,
        rule_id,
        rule_version
    from asked

    union all

    select
        business_date,
        queue,
        cast(null as integer) as revision,
        'denied' as answer,
        cast(null as varchar) as task_id,
        concat_ws(
            ' ‖ ',
            'contact_denied',
            'reason=' || reason,
            'check=' || check_name,
            'loan=' || loan_id
        ) as what,
        cast(null as varchar) as window_start,
        rule_id,
        rule_version
    from refused

    union all

    select
        business_date,
        channel as queue,
        cast(null as integer) as revision,
        'reported' as answer,
        task_id,
        concat_ws(
            ' ‖ ',
            'contact_reported',
            'result=' || result,
            'counterpart=' || counterpart,
            'loan=' || loan_id,
            'attempted_at=' || cast(attempted_at as varchar)
        ) as what,
        cast(null as varchar) as window_start,
        cast(null as varchar) as rule_id,
        cast(null as varchar) as rule_version
    from reported

)

select
    business_date,
    queue,
    revision,
    answer,
    task_id,
    what,
    window_start,
    rule_id,
    rule_version
from contacts
order by business_date, queue, revision, answer, task_id, what
