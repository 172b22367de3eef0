-- task_recall: why the tasks that today recalls no longer hold; rows once written are never
-- changed.
--
-- grain   business_date, queue, revision, task_id
-- reads   task_change
-- write   append

select
    business_date,
    queue,
    revision,
    task_id,
    customer_id,
    task_date,
    recall_kind,
    reason,
    cast(null as varchar) as reason_zh,
    cast(null as varchar) as reason_en,
    inputs,
    rule_id,
    rule_version
from task_change
where task_action = 'recalled'
