-- stage_total_as_of: past-due loans per stage and currency, as they were known on a date.
--
-- grain   stage, currency
-- reads   stage_as_of
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
from stage_as_of
where stage_rank > 0 or is_paused
group by stage, currency
order by max_days_past_due, stage, currency
