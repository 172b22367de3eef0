-- check_not_paused: is the one loan of the candidate paused today?
--
-- Paused loans have been left out of messages and calls before this check.
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, paused_loan
-- write   view

select
    due.queue,
    due.candidate_key,
    due.subject,
    'paused' as reason,
    paused_loan.pause_reason || ' since ' || cast(paused_loan.paused_since as varchar) as inputs
from contact_check_due as due
inner join paused_loan
    on due.loan_id = paused_loan.loan_id
where due.check_name = 'not_paused'
