-- believed_stage_total: past-due loans per stage and currency, as they were known on a date.
--
-- grain   stage, currency
-- reads   believed_stage
-- write   query

select
    stage,
    currency,
    cast(count(case when not is_paused then 1 end) as bigint) as loans,
    cast(sum(
        case when is_paused then cast(0 as decimal(18, 2)) else overdue_amount end
    ) as decimal(18, 2)) as overdue_amount,
    max(days_past_due) as max_days_past_due,
    cast(count(case when is_paused then 1 end) as bigint) as paused_loans
from believed_stage
where stage_rank > 0 or is_paused
group by stage, currency
order by max_days_past_due, stage, currency
