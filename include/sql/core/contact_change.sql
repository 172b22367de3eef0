-- contact_change: changes of contact details as delivered.
--
-- grain   change_id
-- reads   staged_contact_change
-- write   partition received_on

select
    change_id,
    customer_id,
    changed_on,
    contact_kind,
    reported_by,
    verification,
    checked_on,
    cast($business_date as date) as received_on,
    line_no
from staged_contact_change
