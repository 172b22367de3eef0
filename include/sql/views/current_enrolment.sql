-- current_enrolment: enrolments as known on the date given, the latest version of each.
--
-- grain   customer_id, institution_id, effective_on
-- reads   enrolment
-- write   view

with

versions as (

    select
        customer_id,
        institution_id,
        effective_on,
        code_system,
        status_code,
        reported_on,
        is_full_time,
        programme_ends_on,
        received_on,
        line_no,
        row_number() over (
            partition by customer_id, institution_id, effective_on
            order by received_on desc
        ) as version_rank
    from enrolment
    where received_on <= cast($known_on as date)

)

select
    customer_id,
    institution_id,
    effective_on,
    code_system,
    status_code,
    reported_on,
    is_full_time,
    programme_ends_on,
    received_on,
    line_no
from versions
where version_rank = 1
