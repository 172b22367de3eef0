-- consent: consents as delivered.
--
-- grain   consent_id
-- reads   staged_consent
-- write   partition received_on

select
    consent_id,
    customer_id,
    purpose,
    consent_kind,
    granted_on,
    withdrawn_on,
    cast($business_date as date) as received_on,
    line_no
from staged_consent
