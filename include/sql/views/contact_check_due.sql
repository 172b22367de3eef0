-- contact_check_due: every check that every candidate of the date must pass, with what it asks for.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_candidate, rule_queue_check, contact_check_rule
-- write   view

select
    contact_candidate.queue,
    contact_candidate.candidate_key,
    contact_candidate.customer_id,
    contact_candidate.loan_id,
    contact_check_rule.check_name,
    contact_check_rule.subject,
    contact_check_rule.window_start,
    contact_check_rule.window_end,
    contact_check_rule.pattern,
    contact_check_rule.needs_separate,
    contact_check_rule.rule_id,
    contact_check_rule.rule_version
from contact_candidate
inner join rule_queue_check
    on
        contact_candidate.business_date = rule_queue_check.business_date
        and contact_candidate.queue = rule_queue_check.queue
inner join contact_check_rule
    on
        rule_queue_check.check_name = contact_check_rule.check_name
        and (
            rule_queue_check.subject = 'any'
            or rule_queue_check.subject = contact_check_rule.subject
        )
where contact_candidate.business_date = cast($business_date as date)
