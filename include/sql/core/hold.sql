-- hold: holds as delivered.
--
-- grain   hold_id
-- reads   staged_hold
-- write   partition received_on

select
    hold_id,
    customer_id,
    loan_id,
    hold_kind,
    starts_on,
    ends_on,
    cast($business_date as date) as received_on,
    line_no
from staged_hold
