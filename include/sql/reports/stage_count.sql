-- stage_count: loans and overdue amount per stage and currency on the business date.
--
-- grain   stage, currency
-- reads   loan_stage
-- write   query

select
    stage,
    currency,
    count(*) as loans,
    cast(sum(overdue_amount) as decimal(18, 2)) as overdue_amount
from loan_stage
where
    business_date = cast($business_date as date)
    and stage_rank > 0
group by stage, stage_rank, currency
order by stage_rank, currency
