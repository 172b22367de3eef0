-- standing_today: tasks of the date that were added and not recalled since.
--
-- grain   queue, task_id
-- reads   task
-- write   view

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

)

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
