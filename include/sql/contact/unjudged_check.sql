-- unjudged_check: checks that a queue asks of its candidates and that nothing judges, for want of a
-- rule in force or of a file; a queue that asks for none has one row for each candidate.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_subject, rule_queue_check, contact_check_rule, judging_check
-- write   view

with

asked as (

    select
        queue,
        check_name,
        subject,
        rule_id,
        rule_version
    from rule_queue_check
    where business_date = cast($business_date as date)

),

judged as (

    select
        contact_check_rule.check_name,
        contact_check_rule.subject
    from contact_check_rule
    inner join judging_check
        on contact_check_rule.check_name = judging_check.check_name

)

select
    contact_subject.queue,
    contact_subject.candidate_key,
    coalesce(asked.check_name, 'none') as check_name,
    coalesce(asked.subject, 'any') as subject,
    asked.rule_id,
    asked.rule_version
from contact_subject
left join asked
    on contact_subject.queue = asked.queue
left join judged
    on
        asked.check_name = judged.check_name
        and (asked.subject = 'any' or asked.subject = judged.subject)
where
    not contact_subject.is_standing
    and judged.check_name is null
