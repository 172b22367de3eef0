-- promise_to_pay: promises to pay as delivered.
--
-- grain   promise_id
-- reads   staged_promise_to_pay
-- write   partition received_on

select
    promise_id,
    task_id,
    customer_id,
    loan_id,
    promised_on,
    due_on,
    amount,
    channel,
    collector_id,
    cast($business_date as date) as received_on,
    line_no
from staged_promise_to_pay
