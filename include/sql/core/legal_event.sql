-- legal_event: legal events as delivered.
--
-- grain   event_id
-- reads   staged_legal_event
-- write   partition received_on

select
    event_id,
    case_id,
    customer_id,
    loan_id,
    event_kind,
    happened_on,
    amount,
    cast($business_date as date) as received_on,
    line_no
from staged_legal_event
