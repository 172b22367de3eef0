-- stage_move_version: everything ever believed about a move between stages, with the days between
-- which it was.
--
-- `known_before` and `belief_no` are empty for what is believed now.
--
-- grain   business_date, loan_id, event, belief_no
-- reads   stage_event, stage_event_history
-- write   view

select
    business_date,
    loan_id,
    event,
    from_stage,
    to_stage,
    rule_id,
    rule_version,
    coalesce(known_on, business_date) as known_from,
    cast(null as date) as known_before,
    cast(null as bigint) as belief_no
from stage_event

union all

select
    business_date,
    loan_id,
    event,
    from_stage,
    to_stage,
    rule_id,
    rule_version,
    known_from,
    known_before,
    belief_no
from stage_event_history
