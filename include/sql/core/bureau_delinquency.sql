-- bureau_delinquency: debts past due with other lenders as delivered, the full set each time.
--
-- grain   customer_id, account_ref
-- reads   staged_bureau_delinquency
-- write   partition received_on

select
    customer_id,
    account_ref,
    lender_id,
    as_of_on,
    overdue_since,
    overdue_band,
    overdue_amount,
    delinquency_status,
    is_disputed,
    ended_on,
    cast($business_date as date) as received_on,
    line_no
from staged_bureau_delinquency
