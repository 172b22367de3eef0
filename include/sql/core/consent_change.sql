-- consent_change: changes of consent as delivered.
--
-- grain   change_id
-- reads   staged_consent_change
-- write   partition received_on

select
    change_id,
    customer_id,
    purpose,
    change_kind,
    consent_kind,
    changed_on,
    channel,
    cast($business_date as date) as received_on,
    line_no
from staged_consent_change
