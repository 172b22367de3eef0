-- go_live_action: first actions that the opening of the book finds owed; a person releases them.
--
-- grain   business_date, queue, loan_id
-- reads   contact_due
-- write   partition business_date

select
    cast($business_date as date) as business_date,
    queue,
    loan_id,
    customer_id,
    currency,
    stage,
    episode_started_on,
    days_past_due,
    overdue_amount,
    rule_id,
    rule_version
from contact_due
where
    is_owed
    and cast($is_opening as boolean)
