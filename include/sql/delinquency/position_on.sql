-- position_on: how many loans the core sees otherwise on the business date, by figure and cause.
--
-- grain   difference, explanation
-- reads   position_difference
-- write   query

select
    difference,
    explanation,
    count(*) as loans
from position_difference
where business_date = cast($business_date as date)
group by difference, explanation
order by count(*) desc, difference asc, explanation asc
