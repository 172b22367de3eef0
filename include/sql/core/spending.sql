-- spending: spending by month and category as delivered.
--
-- grain   customer_id, spending_month, category, currency
-- reads   staged_spending
-- write   partition received_on

select
    customer_id,
    spending_month,
    category,
    currency,
    amount,
    payments,
    largest_amount,
    cast($business_date as date) as received_on,
    line_no
from staged_spending
