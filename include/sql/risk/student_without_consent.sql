-- student_without_consent: students reported on today without a consent of their own to ask the registry.
--
-- grain   one row
-- reads   enrolment, separate_consent
-- write   query

select count(distinct enrolment.customer_id) as students
from enrolment
left join separate_consent
    on
        enrolment.customer_id = separate_consent.customer_id
        and separate_consent.purpose = 'registry_query'
where
    enrolment.received_on = cast($business_date as date)
    and separate_consent.customer_id is null
