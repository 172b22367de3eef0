-- stage_as_of: stages of the business date as they were known on the date given.
--
-- grain   loan_id
-- reads   loan_stage
-- write   view

select
    loan_id,
    currency,
    stage,
    stage_rank,
    days_past_due,
    is_paused,
    overdue_amount
from loan_stage
where
    business_date = cast($business_date as date)
    and known_from <= cast($known_on as date)
    and (known_before is null or known_before > cast($known_on as date))
