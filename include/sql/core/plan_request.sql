-- plan_request: requests for a repayment plan as delivered.
--
-- grain   request_id
-- reads   staged_plan_request
-- write   partition received_on

select
    request_id,
    customer_id,
    loan_id,
    plan_kind,
    requested_on,
    instalments,
    amount,
    decision,
    decided_on,
    cast($business_date as date) as received_on,
    line_no
from staged_plan_request
