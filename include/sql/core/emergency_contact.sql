-- emergency_contact: contact persons as delivered.
--
-- grain   customer_id, contact_no
-- reads   staged_emergency_contact
-- write   partition received_on

select
    customer_id,
    contact_no,
    contact_name,
    relation,
    phone,
    opted_out_on,
    cast($business_date as date) as received_on,
    line_no
from staged_emergency_contact
