-- loan_position: the core's own view of its loans, as delivered.
--
-- grain   loan_id, as_of_on
-- reads   staged_loan_position
-- write   partition received_on

select
    loan_id,
    as_of_on,
    days_past_due,
    overdue_amount,
    principal_outstanding,
    cast($business_date as date) as received_on,
    line_no
from staged_loan_position
