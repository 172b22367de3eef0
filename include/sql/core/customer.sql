-- customer: borrowers as delivered.
--
-- grain   customer_id
-- reads   staged_customer
-- write   partition received_on

select
    customer_id,
    customer_name,
    id_number,
    phone,
    email,
    address,
    birth_on,
    customer_group,
    contact_updated_on,
    deceased_on,
    cast($business_date as date) as received_on,
    line_no
from staged_customer
