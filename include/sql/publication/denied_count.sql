-- denied_count: how many wishes were refused on the business date, by reason.
--
-- A wish refused for two reasons counts under both.
--
-- grain   reason
-- reads   contact_denial
-- write   query

select
    reason,
    count(*) as denials
from contact_denial
where business_date = cast($business_date as date)
group by reason
order by reason
