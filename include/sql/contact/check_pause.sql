-- check_pause: is the one loan of the candidate paused today?
--
-- Paused loans have been left out of messages and calls before this check.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, paused_loan
-- write   view

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    paused_loan.loan_id is null as is_passed,
    'paused' as reason,
    coalesce(
        paused_loan.pause_reason || ' since ' || cast(paused_loan.paused_since as varchar),
        'no pause'
    ) as inputs,
    due.rule_id,
    due.rule_version
from contact_check_due as due
left join paused_loan
    on due.loan_id = paused_loan.loan_id
where due.check_name = 'not_paused'
