-- check_allowed_hours: do law and house leave no hours in which the contact may be made?
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due
-- write   view

select
    queue,
    candidate_key,
    subject,
    'no_allowed_hours' as reason,
    'allowed from ' || window_start || ' to ' || window_end as inputs
from contact_check_due
where
    check_name = 'allowed_hours'
    and not coalesce(window_start < window_end, false)
