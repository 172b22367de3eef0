-- check_still_owed: is the one loan of the candidate owed no more at the moment of contact?
--
-- Loans that were paid since have been left out of messages and calls before this check.
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, paid_loan
-- write   view

select
    due.queue,
    due.candidate_key,
    due.subject,
    paid_loan.reason,
    paid_loan.inputs
from contact_check_due as due
inner join paid_loan
    on due.loan_id = paid_loan.loan_id
where due.check_name = 'still_owed'
