-- customer_income: monthly incomes as delivered.
--
-- grain   customer_id, income_month, income_source
-- reads   staged_customer_income
-- write   partition received_on

select
    customer_id,
    income_month,
    income_source,
    amount,
    cast($business_date as date) as received_on,
    line_no
from staged_customer_income
