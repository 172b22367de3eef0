-- contact_person_refusal: contact persons who refused further contact, and since when.
--
-- Said to a collector, as a request or to core banking. There is no way back: whoever has refused is
-- never asked again, whatever became of the request and whatever a later row or delivery leaves out.
--
-- grain   customer_id, contact_no (empty for all contact persons of the customer)
-- reads   current_privacy_request, current_contact_outcome, emergency_contact, left_out_contact
-- write   view

with

refusals as (

    select
        customer_id,
        contact_no,
        least(cast(received_at as date), received_on) as refused_on
    from current_privacy_request
    where request_kind = 'contact_objection'

    union all

    select
        customer_id,
        contact_no,
        least(cast(attempted_at as date), received_on) as refused_on
    from current_contact_outcome
    where
        counterpart = 'emergency_contact'
        and result = 'refused'

    union all

    select
        customer_id,
        contact_no,
        opted_out_on as refused_on
    from emergency_contact
    where
        opted_out_on is not null
        and received_on <= cast($known_on as date)

    union all

    select
        customer_id,
        contact_no,
        opted_out_on as refused_on
    from left_out_contact
    where
        opted_out_on is not null
        and received_on <= cast($known_on as date)

)

select
    customer_id,
    contact_no,
    min(refused_on) as refused_on
from refusals
group by customer_id, contact_no
