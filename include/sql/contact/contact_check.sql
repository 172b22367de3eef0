-- contact_check: every check of every candidate, passed or not; of tasks that stand, those not
-- passed.
--
-- What has no refusal is passed. Default deny stands here and nowhere else: a check that nothing
-- judges is not passed, nor is the only row of a queue that asks for none.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, judging_check, contact_refusal, unjudged_check
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

union all

select
    queue,
    candidate_key,
    check_name,
    subject,
    false as is_passed,
    'check_not_available' as reason,
    'no rule in force judges this' as inputs,
    rule_id,
    rule_version
from unjudged_check
