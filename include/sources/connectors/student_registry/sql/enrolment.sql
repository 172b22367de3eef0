-- enrolment: the last word on every student, institution and effective date. Codes stay as sent
-- with their system; the day a status took effect is not the day it was reported.
select
    item ->> '$.studentRef' as customer_id,
    item ->> '$.institutionId' as institution_id,
    item ->> '$.effectiveDate' as effective_on,
    item ->> '$.codeSystem' as code_system,
    item ->> '$.statusCode' as status_code,
    item ->> '$.reportedDate' as reported_on,
    item ->> '$.fullTime' as is_full_time,
    item ->> '$.programmeEndDate' as programme_ends_on
from enrolment_change
qualify row_number() over (
    partition by customer_id, institution_id, effective_on
    order by (item ->> '$.changedAt') desc, cast(item ->> '$.changeId' as bigint) desc
) = 1
