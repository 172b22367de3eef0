-- suppressed_contact: what was taken off the files of the date before the hours of contact began.
--
-- grain   queue, candidate_key, customer_id
-- reads   task, task_recall
-- write   view

select distinct
    task.queue,
    task.candidate_key,
    task.customer_id
from task
inner join task_recall
    on
        task.business_date = task_recall.business_date
        and task.queue = task_recall.queue
        and task.revision = task_recall.revision
        and task.task_id = task_recall.task_id
where
    task.business_date = cast($business_date as date)
    and task_recall.task_date = cast($business_date as date)
    and task_recall.recall_kind = 'suppressed'
