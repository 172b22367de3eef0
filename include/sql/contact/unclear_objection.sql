-- unclear_objection: objections to further contact that name no contact person on record: nobody
-- knows whose number must not be called any more, and it may be the one that is the debtor's.
--
-- It holds the debtor until that contact person comes on record with a number, the request ends in
-- words, or a person releases it. Said to a collector it ends by no word (`contact_person_refusal`).
--
-- grain   feed, record_key
-- reads   effective_privacy_request, current_privacy_request, current_contact_outcome, emergency_contact
-- write   view

with

objections as (

    select
        'privacy_request' as feed,
        effective_privacy_request.request_id as record_key,
        effective_privacy_request.customer_id,
        current_privacy_request.contact_no,
        effective_privacy_request.asked_on,
        effective_privacy_request.received_on
    from effective_privacy_request
    inner join current_privacy_request
        on effective_privacy_request.request_id = current_privacy_request.request_id
    where effective_privacy_request.request_kind = 'contact_objection'

    union all

    select
        'contact_outcome' as feed,
        outcome_id as record_key,
        customer_id,
        contact_no,
        least(cast(attempted_at as date), received_on) as asked_on,
        received_on
    from current_contact_outcome
    where
        counterpart = 'emergency_contact'
        and result = 'refused'

),

on_record as (

    select distinct
        customer_id,
        contact_no
    from emergency_contact
    where
        phone is not null
        and received_on <= cast($known_on as date)

),

anybody as (

    select distinct customer_id
    from on_record

)

select
    objections.feed,
    objections.record_key,
    objections.customer_id,
    objections.asked_on,
    objections.received_on
from objections
left join anybody
    on objections.customer_id = anybody.customer_id
left join on_record
    on
        objections.customer_id = on_record.customer_id
        and objections.contact_no = on_record.contact_no
where
    anybody.customer_id is null
    or (objections.contact_no is not null and on_record.customer_id is null)
