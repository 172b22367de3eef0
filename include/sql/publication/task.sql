-- task: what the queues of today add and recall; rows once written are never changed.
--
-- What a task says beyond that stands in the payload of its queue; a recall says nothing more.
--
-- grain   business_date, queue, revision, task_id
-- reads   task_change
-- write   append

select
    business_date,
    queue,
    revision,
    task_id,
    task_action,
    candidate_key,
    customer_id,
    loan_id,
    case_id,
    phone,
    reason_code,
    window_start,
    window_end,
    rule_id,
    rule_version
from task_change
