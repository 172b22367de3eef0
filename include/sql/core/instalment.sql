-- instalment: instalments as delivered.
--
-- grain   loan_id, instalment_no
-- reads   staged_instalment
-- write   partition received_on

select
    loan_id,
    instalment_no,
    due_on,
    amount_due,
    principal_due,
    interest_due,
    fee_due,
    cast($business_date as date) as received_on,
    line_no
from staged_instalment
