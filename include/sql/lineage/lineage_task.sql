-- lineage_task: the task asked about, and the date whose facts it rests on.
--
-- That is its own date. Before the scope of a claim was said, a legal task rested on the date its
-- case was opened.
--
-- grain   task_id
-- reads   task, task_content, legal_case
-- write   view

with

content as (

    select
        business_date,
        queue,
        revision,
        amount_due,
        loan_count,
        loan_amounts,
        days_past_due,
        claim_scope_zh
    from task_content
    where task_id = cast($task_id as varchar)

),

added as (

    select
        task.business_date,
        task.queue,
        task.task_id,
        task.candidate_key,
        task.customer_id,
        task.loan_id,
        task.case_id,
        content.amount_due,
        content.loan_count,
        content.loan_amounts,
        content.days_past_due,
        content.claim_scope_zh,
        row_number() over (
            partition by task.task_id
            order by task.business_date, task.revision, task.queue
        ) as addition
    from task
    left join content
        on
            task.business_date = content.business_date
            and task.queue = content.queue
            and task.revision = content.revision
    where
        task.task_id = cast($task_id as varchar)
        and task.task_action = 'added'

),

cases as (

    select
        case_id,
        min(business_date) as opened_on
    from legal_case
    group by case_id

)

select
    added.business_date,
    added.queue,
    added.task_id,
    added.candidate_key,
    added.customer_id,
    added.loan_id,
    added.case_id,
    added.amount_due,
    added.loan_count,
    added.loan_amounts,
    added.days_past_due,
    case
        when added.claim_scope_zh is null then coalesce(cases.opened_on, added.business_date)
        else added.business_date
    end as facts_of
from added
left join cases
    on added.case_id = cases.case_id
where added.addition = 1
