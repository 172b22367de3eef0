-- position_count: loans of the business date compared with the core, and loans that one side alone has.
--
-- grain   one row
-- reads   position_total
-- write   query

select
    coalesce(max(case when column_name <> 'any' then loans_compared end), 0) as compared,
    coalesce(max(case when column_name = 'any' then loans_differing end), 0) as one_sided
from position_total
where business_date = cast($business_date as date)
