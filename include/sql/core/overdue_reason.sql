-- overdue_reason: reasons for being overdue as delivered.
--
-- grain   reason_id
-- reads   staged_overdue_reason
-- write   partition received_on

select
    reason_id,
    customer_id,
    loan_id,
    stated_on,
    reason,
    channel,
    collector_id,
    cast($business_date as date) as received_on,
    line_no
from staged_overdue_reason
