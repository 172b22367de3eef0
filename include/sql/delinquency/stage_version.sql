-- stage_version: everything ever believed about the stage of a loan, with the days between which it
-- was.
--
-- `known_before` and `belief_no` are empty for what is believed now.
--
-- grain   business_date, loan_id, belief_no
-- reads   loan_stage, loan_stage_history
-- write   view

select
    business_date,
    loan_id,
    customer_id,
    product,
    currency,
    stage,
    stage_rank,
    stage_entered_on,
    episode_started_on,
    days_past_due,
    overdue_amount,
    is_paused,
    rule_id,
    rule_version,
    coalesce(known_on, business_date) as known_from,
    cast(null as date) as known_before,
    cast(null as bigint) as belief_no
from loan_stage

union all

select
    business_date,
    loan_id,
    customer_id,
    product,
    currency,
    stage,
    stage_rank,
    stage_entered_on,
    episode_started_on,
    days_past_due,
    overdue_amount,
    is_paused,
    rule_id,
    rule_version,
    known_from,
    known_before,
    belief_no
from loan_stage_history
