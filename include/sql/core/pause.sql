-- pause: pauses as delivered.
--
-- grain   pause_id
-- reads   staged_pause
-- write   partition received_on

select
    pause_id,
    loan_id,
    starts_on,
    ends_on,
    pause_reason,
    cast($business_date as date) as received_on,
    line_no
from staged_pause
