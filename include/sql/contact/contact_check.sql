-- contact_check: every check of every candidate, passed or not; of tasks that stand, those not
-- passed.
--
-- A further check is a further view here; a check without a view is passed by nobody.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_subject, check_recipient, check_hours, check_hold, check_pause, check_deceased,
--         check_phone, check_number, check_shared_number, check_opt_out, check_restriction,
--         check_consent, check_withdrawal, check_age, check_same_person, check_paid
-- write   temporary

with

verdicts as (

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_recipient

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_hours

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_hold

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_pause

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_deceased

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_phone

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_number

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_opt_out

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_restriction

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_consent

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_withdrawal

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_age

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_same_person

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_shared_number

    union all

    select
        queue,
        candidate_key,
        check_name,
        subject,
        is_passed,
        reason,
        inputs,
        rule_id,
        rule_version
    from check_paid

)

select
    verdicts.queue,
    verdicts.candidate_key,
    verdicts.check_name,
    verdicts.subject,
    coalesce(verdicts.is_passed, false) as is_passed,
    verdicts.reason,
    coalesce(verdicts.inputs, 'nothing known') as inputs,
    verdicts.rule_id,
    verdicts.rule_version
from verdicts
inner join contact_subject
    on
        verdicts.queue = contact_subject.queue
        and verdicts.candidate_key = contact_subject.candidate_key
where
    not contact_subject.is_standing
    or not coalesce(verdicts.is_passed, false)
