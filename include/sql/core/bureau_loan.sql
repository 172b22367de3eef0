-- bureau_loan: loans with other lenders as delivered, the full set each time.
--
-- grain   customer_id, account_ref
-- reads   staged_bureau_loan
-- write   partition received_on

select
    customer_id,
    account_ref,
    lender_id,
    contract_ref,
    opened_on,
    closed_on,
    balance,
    monthly_payment,
    overdue_amount,
    reported_on,
    cast($business_date as date) as received_on,
    line_no
from staged_bureau_loan
