-- enrolment: enrolment statuses as delivered.
--
-- grain   customer_id, institution_id, effective_on
-- reads   staged_enrolment
-- write   partition received_on

select
    customer_id,
    institution_id,
    effective_on,
    code_system,
    status_code,
    reported_on,
    is_full_time,
    programme_ends_on,
    cast($business_date as date) as received_on,
    line_no
from staged_enrolment
