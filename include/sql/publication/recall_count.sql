-- recall_count: how many tasks the business date has recalled, by kind of recall.
--
-- grain   recall_kind
-- reads   task_recall
-- write   query

select
    recall_kind,
    count(*) as tasks
from task_recall
where business_date = cast($business_date as date)
group by recall_kind
order by recall_kind
