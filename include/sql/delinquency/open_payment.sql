-- open_payment: what was paid on the open loans up to the close of the business date.
--
-- grain   one row per payment
-- reads   repayment, open_loan
-- write   temporary

select
    repayment.loan_id,
    repayment.instalment_no,
    repayment.instalment_due_on,
    repayment.effective_on,
    repayment.signed_amount
from repayment
inner join open_loan
    on repayment.loan_id = open_loan.loan_id
where
    repayment.received_on <= cast($known_on as date)
    and repayment.effective_on <= cast($business_date as date)
