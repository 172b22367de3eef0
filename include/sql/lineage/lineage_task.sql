-- lineage_task: the task asked about, and the date whose facts it rests on.
--
-- That is its own date. Before the scope of a claim was said, a legal task rested on the date its
-- case was opened.
--
-- grain   task_id
-- reads   task, legal_case
-- write   view

with

added as (

    select
        business_date,
        queue,
        task_id,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        amount_due,
        loan_count,
        loan_amounts,
        days_past_due,
        claim_scope_zh,
        row_number() over (
            partition by task_id
            order by business_date, revision
        ) as addition
    from task
    where
        task_id = cast($task_id as varchar)
        and task_action = 'added'

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
