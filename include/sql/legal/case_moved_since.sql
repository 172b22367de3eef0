-- case_moved_since: cases that were shown in an earlier question and have ended or moved since.
--
-- grain   case_id, business_date, event
-- reads   legal_case_event, legal_request_case
-- write   query

with

before as (

    select
        case_id,
        max(asked_on) as asked_on
    from legal_request_case
    where
        asked_on < cast($business_date as date)
        or (asked_on = cast($business_date as date) and round < cast($round as integer))
    group by case_id

)

select
    event.case_id,
    event.business_date,
    event.event
from legal_case_event as event
inner join before
    on event.case_id = before.case_id
where
    event.event in ('withdrawn', 'suspended', 'followed', 'filed')
    and event.business_date > before.asked_on
    and event.business_date <= cast($business_date as date)
order by event.case_id, event.business_date
