-- customer_employment: employment contracts as delivered.
--
-- grain   customer_id, as_of_on
-- reads   staged_customer_employment
-- write   partition received_on

select
    customer_id,
    as_of_on,
    contract_type,
    employed_since,
    cast($business_date as date) as received_on,
    line_no
from staged_customer_employment
