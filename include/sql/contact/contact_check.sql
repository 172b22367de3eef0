-- contact_check: every check of every candidate, passed or not; of tasks that stand, those not
-- passed.
--
-- What has no refusal is passed. A check without a file of its own is judged by nobody and has no
-- row here: whoever asks for it is refused.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, judging_check, contact_refusal
-- write   temporary

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    refusal.queue is null as is_passed,
    refusal.reason,
    case when refusal.queue is not null then coalesce(refusal.inputs, 'nothing known') end
        as inputs,
    due.rule_id,
    due.rule_version
from contact_check_due as due
inner join judging_check
    on due.check_name = judging_check.check_name
left join contact_refusal as refusal
    on
        due.queue = refusal.queue
        and due.candidate_key = refusal.candidate_key
        and due.check_name = refusal.check_name
        and due.subject = refusal.subject
where
    not due.is_standing
    or refusal.queue is not null
