-- contact_check_due: every check that every candidate of the date must pass, with what it asks for;
-- and those that a task which stands must pass again.
--
-- A task that stands was made for hours of its own, so they are not asked again. Messages and calls
-- leave paused loans out before any check; a task that was made has named them, and is asked.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_subject, rule_queue, rule_queue_check, contact_check_rule
-- write   view

with

queue_checks as (

    select
        queue,
        check_name,
        subject
    from rule_queue_check
    where business_date = cast($business_date as date)

),

asked as (

    select
        queue,
        check_name,
        subject,
        true as of_candidates,
        check_name <> 'allowed_hours' as of_standing
    from queue_checks

    union all

    select
        rule_queue.queue,
        'not_paused' as check_name,
        'any' as subject,
        false as of_candidates,
        true as of_standing
    from rule_queue
    left join queue_checks
        on
            rule_queue.queue = queue_checks.queue
            and queue_checks.check_name = 'not_paused'
    where
        rule_queue.business_date = cast($business_date as date)
        and queue_checks.queue is null

)

select
    contact_subject.queue,
    contact_subject.candidate_key,
    contact_subject.customer_id,
    contact_subject.loan_id,
    contact_subject.is_standing,
    contact_check_rule.check_name,
    contact_check_rule.subject,
    contact_check_rule.window_start,
    contact_check_rule.window_end,
    contact_check_rule.pattern,
    contact_check_rule.needs_separate,
    contact_check_rule.minimum_years,
    contact_check_rule.rule_id,
    contact_check_rule.rule_version
from contact_subject
inner join asked
    on
        contact_subject.queue = asked.queue
        and case
            when contact_subject.is_standing then asked.of_standing
            else asked.of_candidates
        end
inner join contact_check_rule
    on
        asked.check_name = contact_check_rule.check_name
        and (
            asked.subject = 'any'
            or asked.subject = contact_check_rule.subject
        )
