-- current_emergency_contact: contact persons as known on the date given, the latest version of
-- each.
--
-- Who has refused further contact stays left alone, whoever was told so first and whatever a later
-- row leaves out.
--
-- grain   customer_id, contact_no
-- reads   emergency_contact, contact_person_refusal
-- write   view

with

versions as (

    select
        emergency_contact.customer_id,
        emergency_contact.contact_no,
        emergency_contact.contact_name,
        emergency_contact.relation,
        emergency_contact.phone,
        emergency_contact.received_on,
        emergency_contact.line_no
    from emergency_contact
    where
        emergency_contact.received_on <= cast($known_on as date)
        and not exists (
            select 1
            from emergency_contact as later
            where
                emergency_contact.customer_id = later.customer_id
                and emergency_contact.contact_no = later.contact_no
                and emergency_contact.received_on < later.received_on
                and later.received_on <= cast($known_on as date)
                -- The first delivery of all replaces nothing, and is nearly the whole book.
                and later.received_on > (
                    select min(earliest.received_on)
                    from emergency_contact as earliest
                )
        )

),

refused as (

    select
        versions.customer_id,
        versions.contact_no,
        min(contact_person_refusal.refused_on) as refused_on
    from versions
    inner join contact_person_refusal
        on
            versions.customer_id = contact_person_refusal.customer_id
            and (
                contact_person_refusal.contact_no is null
                or versions.contact_no = contact_person_refusal.contact_no
            )
    group by versions.customer_id, versions.contact_no

)

select
    versions.customer_id,
    versions.contact_no,
    versions.contact_name,
    versions.relation,
    versions.phone,
    refused.refused_on as opted_out_on,
    versions.received_on,
    versions.line_no
from versions
left join refused
    on
        versions.customer_id = refused.customer_id
        and versions.contact_no = refused.contact_no
