-- contact_outcome: contact outcomes as delivered.
--
-- grain   outcome_id
-- reads   staged_contact_outcome
-- write   partition received_on

select
    outcome_id,
    task_id,
    customer_id,
    loan_id,
    channel,
    attempted_at,
    counterpart,
    contact_no,
    result,
    duration_seconds,
    script_id,
    collector_id,
    recording_uri,
    cast($business_date as date) as received_on,
    line_no
from staged_contact_outcome
