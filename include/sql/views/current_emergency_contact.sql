-- current_emergency_contact: contact persons as known on the date given, the latest version of each.
--
-- Who has refused further contact stays left alone, whoever was told so first.
--
-- grain   customer_id, contact_no
-- reads   emergency_contact, contact_person_refusal
-- write   view

with

versions as (

    select
        customer_id,
        contact_no,
        contact_name,
        relation,
        phone,
        opted_out_on,
        received_on,
        line_no,
        row_number() over (
            partition by customer_id, contact_no
            order by received_on desc
        ) as version_rank
    from emergency_contact
    where received_on <= cast($known_on as date)

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
    where versions.version_rank = 1
    group by versions.customer_id, versions.contact_no

)

select
    versions.customer_id,
    versions.contact_no,
    versions.contact_name,
    versions.relation,
    versions.phone,
    least(versions.opted_out_on, refused.refused_on) as opted_out_on,
    versions.received_on,
    versions.line_no
from versions
left join refused
    on
        versions.customer_id = refused.customer_id
        and versions.contact_no = refused.contact_no
where versions.version_rank = 1
