-- believed_stage_total: past-due loans per stage and currency, as they were known on a date.
--
-- grain   stage, currency
-- reads   believed_stage
-- write   query

select
    stage,
    currency,
    cast(count(*) as bigint) as loans,
    cast(sum(overdue_amount) as decimal(18, 2)) as overdue_amount,
    max(days_past_due) as max_days_past_due
from believed_stage
where stage_rank > 0
group by stage, currency
order by max_days_past_due, stage, currency
