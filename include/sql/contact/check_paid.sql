-- check_paid: is the one loan of the candidate still owed at the moment of contact?
--
-- Loans that were paid since have been left out of messages and calls before this check.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, paid_loan
-- write   view

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    paid_loan.loan_id is null as is_passed,
    coalesce(paid_loan.reason, 'paid_since') as reason,
    coalesce(paid_loan.inputs, 'not paid since') as inputs,
    due.rule_id,
    due.rule_version
from contact_check_due as due
left join paid_loan
    on due.loan_id = paid_loan.loan_id
where due.check_name = 'still_owed'
