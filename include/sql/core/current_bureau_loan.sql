-- current_bureau_loan: loans with other lenders as the latest snapshot of the bureau shows them.
--
-- grain   customer_id, account_ref
-- reads   bureau_loan, delivery
-- write   view

with

latest as (

    -- From the ledger, so that a snapshot without rows counts as one.
    select max(business_date) as received_on
    from delivery
    where
        feed = 'bureau_loan'
        and business_date <= cast($known_on as date)

)

select
    bureau_loan.customer_id,
    bureau_loan.account_ref,
    bureau_loan.lender_id,
    bureau_loan.contract_ref,
    bureau_loan.opened_on,
    bureau_loan.closed_on,
    bureau_loan.balance,
    bureau_loan.monthly_payment,
    bureau_loan.overdue_amount,
    bureau_loan.reported_on,
    bureau_loan.received_on,
    bureau_loan.line_no
from bureau_loan
inner join latest
    on bureau_loan.received_on = latest.received_on
