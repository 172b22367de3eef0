-- measure_on: what the steps counted on the business date.
--
-- grain   step, measure
-- reads   step_measure
-- write   query

select
    step,
    measure,
    quantity,
    note
from step_measure
where business_date = cast($business_date as date)
order by step, measure
