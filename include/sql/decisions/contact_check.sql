-- contact_check: every check of every candidate, passed or not.
--
-- A further check is a further view here; a check without a view is passed by nobody.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   check_recipient, check_hours, check_hold, check_pause, check_deceased, check_phone,
--         check_number, check_opt_out, check_restriction, check_consent
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

)

select
    queue,
    candidate_key,
    check_name,
    subject,
    coalesce(is_passed, false) as is_passed,
    reason,
    coalesce(inputs, 'nothing known') as inputs,
    rule_id,
    rule_version
from verdicts
