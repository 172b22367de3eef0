-- complaint: complaints as delivered.
--
-- grain   complaint_id
-- reads   staged_complaint
-- write   partition received_on

select
    complaint_id,
    customer_id,
    loan_id,
    received_at,
    complaint_kind,
    channel,
    complaint_state,
    closed_on,
    cast($business_date as date) as received_on,
    line_no
from staged_complaint
