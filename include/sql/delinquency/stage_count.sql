-- stage_count: loans and overdue amount per stage and currency on the business date.
--
-- Paused loans are counted beside the others: they are owed, and nobody may collect them.
--
-- grain   stage, currency
-- reads   current_loan_stage
-- write   query

select
    stage,
    currency,
    count(case when not is_paused then 1 end) as loans,
    cast(sum(
        case when is_paused then cast(0 as decimal(18, 2)) else overdue_amount end
    ) as decimal(18, 2)) as overdue_amount,
    count(case when is_paused then 1 end) as paused_loans,
    cast(sum(
        case when is_paused then overdue_amount else cast(0 as decimal(18, 2)) end
    ) as decimal(18, 2)) as paused_amount
from current_loan_stage
where
    business_date = cast($business_date as date)
    and (stage_rank > 0 or is_paused)
group by stage, stage_rank, currency
order by stage_rank, currency
