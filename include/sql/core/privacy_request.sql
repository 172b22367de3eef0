-- privacy_request: privacy requests as delivered.
--
-- grain   request_id
-- reads   staged_privacy_request
-- write   partition received_on

select
    request_id,
    customer_id,
    request_kind,
    channel,
    contact_no,
    purpose,
    received_at,
    request_state,
    closed_on,
    cast($business_date as date) as received_on,
    line_no
from staged_privacy_request
