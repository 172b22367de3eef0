-- delivered_count: what every source delivered for the business date and what became of the rows.
--
-- grain   source
-- reads   delivery
-- write   query

select
    source,
    max(revision) as revision,
    cast(sum(rows_in) as bigint) as rows_in,
    cast(sum(rows_loaded) as bigint) as rows_loaded,
    cast(sum(rows_quarantined) as bigint) as rows_quarantined
from delivery
where business_date = cast($business_date as date)
group by source
order by source
