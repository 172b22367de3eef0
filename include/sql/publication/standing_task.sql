-- standing_task: tasks that were asked for, were not recalled since and may still lie on a list,
-- with the loans they named.
--
-- How long a task may lie there is a rule of its queue. What was added again stands again. It is
-- judged with the number that it was made with. What a case named is its claim.
--
-- grain   one row per task and loan it named
-- reads   task, task_loan, told_claim, rule_standing_task
-- write   temporary

with

recalls as (

    select
        queue,
        task_id,
        business_date,
        revision
    from task
    where task_action = 'recalled'

)

select
    task.queue,
    task.task_id,
    task.business_date as task_date,
    task.candidate_key,
    task.customer_id,
    task.loan_id,
    task.case_id,
    coalesce(task_loan.loan_id, task.loan_id) as named_loan_id,
    task_loan.stage as named_stage,
    coalesce(task_loan.overdue_amount, told_claim.amount_due) as named_amount,
    task.phone,
    concat_ws(
        '|',
        'standing',
        task.customer_id,
        coalesce(task_loan.loan_id, task.loan_id),
        task.phone
    ) as subject_key
from task
inner join rule_standing_task
    on
        rule_standing_task.business_date = cast($business_date as date)
        and task.queue = rule_standing_task.queue
left join recalls
    on
        task.queue = recalls.queue
        and task.task_id = recalls.task_id
        and (
            task.business_date < recalls.business_date
            or (task.business_date = recalls.business_date and task.revision < recalls.revision)
        )
left join task_loan
    on
        task.business_date = task_loan.business_date
        and task.queue = task_loan.queue
        and task.task_id = task_loan.task_id
left join told_claim
    on
        task.case_id is not null
        and task.business_date = told_claim.business_date
        and task.queue = told_claim.queue
        and task.revision = told_claim.revision
        and task.task_id = told_claim.task_id
where
    task.task_action = 'added'
    and task.business_date <= cast($business_date as date)
    and (
        rule_standing_task.may_lie_days is null
        or task.business_date + rule_standing_task.may_lie_days >= cast($business_date as date)
    )
    and recalls.task_id is null
