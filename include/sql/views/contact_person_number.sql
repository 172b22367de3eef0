-- contact_person_number: the numbers of the recipients' contact persons in one form, the last that
-- was told of each.
--
-- grain   customer_id, contact_no, number
-- reads   recipient, emergency_contact, phone_spelling
-- write   view

with

told as (

    select
        emergency_contact.customer_id,
        emergency_contact.contact_no,
        emergency_contact.phone,
        row_number() over (
            partition by emergency_contact.customer_id, emergency_contact.contact_no
            order by emergency_contact.received_on desc
        ) as version_rank
    from emergency_contact
    inner join recipient
        on emergency_contact.customer_id = recipient.customer_id
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

select
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
        told.customer_id = spellings.customer_id
        and told.phone = spellings.spelling
where told.version_rank = 1
