-- open_refusal: deliveries that were refused as a whole, and not taken in since.
--
-- grain   business_date, source
-- reads   unmended_refusal
-- write   query

select
    business_date,
    source,
    coalesce(max(detail), 'more was refused than the contract allows') as detail
from unmended_refusal
group by business_date, source
order by business_date, source
