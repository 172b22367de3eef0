-- check_hours: do law and house leave any hours in which the contact may be made?
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due
-- write   view

select
    queue,
    candidate_key,
    check_name,
    subject,
    window_start < window_end as is_passed,
    'no_allowed_hours' as reason,
    'allowed from ' || window_start || ' to ' || window_end as inputs,
    rule_id,
    rule_version
from contact_check_due
where check_name = 'allowed_hours'
