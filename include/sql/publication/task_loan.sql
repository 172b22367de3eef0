-- task_loan: the loans named by the contact tasks of today that stand.
--
-- grain   business_date, queue, task_id, loan_id
-- reads   task, contact_loan
-- write   partition business_date

with

latest_actions as (

    select
        queue,
        task_id,
        task_action,
        candidate_key,
        row_number() over (
            partition by queue, task_id
            order by revision desc
        ) as action_rank
    from task
    where business_date = cast($business_date as date)

)

select
    cast($business_date as date) as business_date,
    latest_actions.queue,
    latest_actions.task_id,
    contact_loan.loan_id,
    contact_loan.customer_id,
    contact_loan.stage,
    contact_loan.overdue_amount
from latest_actions
inner join contact_loan
    on
        latest_actions.queue = contact_loan.queue
        and latest_actions.candidate_key = contact_loan.candidate_key
where
    latest_actions.action_rank = 1
    and latest_actions.task_action = 'added'
