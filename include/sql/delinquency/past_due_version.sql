-- past_due_version: everything ever believed about what is past due of a loan, with the days between
-- which it was.
--
-- `known_before` and `belief_no` are empty for what is believed now.
--
-- grain   business_date, loan_id, belief_no
-- reads   loan_delinquency, loan_delinquency_history
-- write   view

select
    business_date,
    loan_id,
    days_past_due,
    overdue_amount,
    paused_days,
    oldest_unpaid_due_on,
    overdue_instalments,
    rule_id,
    rule_version,
    coalesce(known_on, business_date) as known_from,
    cast(null as date) as known_before,
    cast(null as bigint) as belief_no
from loan_delinquency

union all

select
    business_date,
    loan_id,
    days_past_due,
    overdue_amount,
    paused_days,
    oldest_unpaid_due_on,
    overdue_instalments,
    rule_id,
    rule_version,
    known_from,
    known_before,
    belief_no
from loan_delinquency_history
