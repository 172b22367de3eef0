-- published_count: how many tasks each queue has published and recalled on the business date.
--
-- grain   queue
-- reads   publication
-- write   query

select
    queue,
    cast(sum(rows_added) as bigint) as tasks,
    cast(sum(rows_recalled) as bigint) as recalls
from publication
where business_date = cast($business_date as date)
group by queue
order by queue
