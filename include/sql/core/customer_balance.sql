-- customer_balance: assets and liabilities as delivered.
--
-- grain   customer_id, as_of_on, balance_kind, category
-- reads   staged_customer_balance
-- write   partition received_on

select
    customer_id,
    as_of_on,
    balance_kind,
    category,
    amount,
    cast($business_date as date) as received_on,
    line_no
from staged_customer_balance
