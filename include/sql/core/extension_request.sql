-- extension_request: requests for more time as delivered.
--
-- grain   request_id
-- reads   staged_extension_request
-- write   partition received_on

select
    request_id,
    loan_id,
    requested_on,
    reason_code,
    instalments_asked,
    days_asked,
    decision,
    decided_on,
    instalments_granted,
    days_granted,
    cast($business_date as date) as received_on,
    line_no
from staged_extension_request
