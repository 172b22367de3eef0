-- contact_person_number: the numbers of the recipients' contact persons in one form, the last that
-- was told of each; of whoever refused further contact, all.
--
-- Those of another customer number of the same person are the person's own too (`one_person`).
-- A number of the lender's own for a contact person may be another's by now: what its bearer has
-- refused is refused for every number that was ever told under it.
--
-- grain   customer_id, contact_no, number
-- reads   recipient, emergency_contact, contact_person_refusal, phone_spelling, one_person
-- write   view

with

owners as (

    select
        customer_id,
        customer_id as told_of
    from recipient

    union

    select
        recipient.customer_id,
        one_person.other_customer_id as told_of
    from recipient
    inner join one_person
        on recipient.customer_id = one_person.customer_id
    where not one_person.is_told_apart

),

told as (

    select
        owners.customer_id,
        owners.told_of,
        emergency_contact.contact_no,
        emergency_contact.phone,
        row_number() over (
            partition by owners.customer_id, owners.told_of, emergency_contact.contact_no
            order by emergency_contact.received_on desc
        ) as version_rank
    from emergency_contact
    inner join owners
        on emergency_contact.customer_id = owners.told_of
    where
        emergency_contact.phone is not null
        and emergency_contact.received_on <= cast($known_on as date)

),

spellings as (

    select distinct
        customer_id,
        spelling,
        number
    from phone_spelling

)

select distinct
    told.customer_id,
    told.contact_no,
    coalesce(
        spellings.number,
        case when left(told.phone, 3) = '+86' then right(told.phone, 11) end,
        told.phone
    ) as number
from told
left join spellings
    on
        told.told_of = spellings.customer_id
        and told.phone = spellings.spelling
left join contact_person_refusal
    on
        told.told_of = contact_person_refusal.customer_id
        and (
            contact_person_refusal.contact_no is null
            or told.contact_no = contact_person_refusal.contact_no
        )
where
    told.version_rank = 1
    or contact_person_refusal.customer_id is not null
