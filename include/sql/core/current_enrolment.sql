-- current_enrolment: enrolments as known on the date given, the latest version of each.
--
-- grain   customer_id, institution_id, effective_on
-- reads   enrolment
-- write   view

select
    enrolment.customer_id,
    enrolment.institution_id,
    enrolment.effective_on,
    enrolment.code_system,
    enrolment.status_code,
    enrolment.reported_on,
    enrolment.is_full_time,
    enrolment.programme_ends_on,
    enrolment.received_on,
    enrolment.line_no
from enrolment
where
    enrolment.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from enrolment as later
        where
            enrolment.customer_id = later.customer_id
            and enrolment.institution_id = later.institution_id
            and enrolment.effective_on = later.effective_on
            and enrolment.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from enrolment as earliest
            )
    )
