-- loan: loan notes as delivered.
--
-- grain   loan_id
-- reads   staged_loan
-- write   partition received_on

select
    loan_id,
    customer_id,
    contract_id,
    product,
    currency,
    principal,
    disbursed_on,
    matures_on,
    loan_status,
    status_on,
    cast($business_date as date) as received_on,
    line_no
from staged_loan
