-- statement: statements as delivered.
--
-- grain   loan_id, statement_on
-- reads   staged_statement
-- write   partition received_on

select
    loan_id,
    statement_on,
    due_on,
    statement_balance,
    minimum_due,
    previous_balance,
    paid_since_previous,
    credit_limit,
    cast($business_date as date) as received_on,
    line_no
from staged_statement
