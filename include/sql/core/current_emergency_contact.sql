-- current_emergency_contact: contact persons as known on the date given, the latest version of
-- each.
--
-- Who has refused further contact stays left alone, whoever was told so first and whatever a later
-- row leaves out.
--
-- grain   customer_id, contact_no
-- reads   latest_emergency_contact, contact_person_refusal
-- write   view

with

refused as (

    select
        latest_emergency_contact.customer_id,
        latest_emergency_contact.contact_no,
        min(contact_person_refusal.refused_on) as refused_on
    from latest_emergency_contact
    inner join contact_person_refusal
        on
            latest_emergency_contact.customer_id = contact_person_refusal.customer_id
            and (
                contact_person_refusal.contact_no is null
                or latest_emergency_contact.contact_no = contact_person_refusal.contact_no
            )
    group by latest_emergency_contact.customer_id, latest_emergency_contact.contact_no

)

select
    latest_emergency_contact.customer_id,
    latest_emergency_contact.contact_no,
    latest_emergency_contact.contact_name,
    latest_emergency_contact.relation,
    latest_emergency_contact.phone,
    refused.refused_on as opted_out_on,
    latest_emergency_contact.received_on,
    latest_emergency_contact.line_no
from latest_emergency_contact
left join refused
    on
        latest_emergency_contact.customer_id = refused.customer_id
        and latest_emergency_contact.contact_no = refused.contact_no
