-- contact_person_number: the numbers of the recipients' contact persons in one form, the last that
-- was told of each; of whoever refused further contact, all.
--
-- Those of another customer number of the same person are the person's own too (`one_person`).
-- A number of the lender's own for a contact person may be another's by now: what its bearer has
-- refused is refused for every number that was ever told under it. One that was left out when a date
-- was delivered again was told, unless a person has released what was taken back.
--
-- grain   customer_id, contact_no, number
-- reads   recipient, emergency_contact, left_out_contact, standing_release,
--         contact_person_refusal, phone_spelling, one_person
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

numbers as (

    select
        customer_id,
        contact_no,
        phone,
        received_on,
        -- What stands was told after everything that was left out of the same date.
        cast(null as bigint) as left_out_no
    from emergency_contact

    union all

    select
        left_out_contact.customer_id,
        left_out_contact.contact_no,
        left_out_contact.phone,
        left_out_contact.received_on,
        left_out_contact.left_out_no
    from left_out_contact
    left join standing_release
        on
            left_out_contact.customer_id = standing_release.customer_id
            and standing_release.kind = 'taken_back'
            and standing_release.record_key = concat_ws(
                ' ',
                'emergency_contact',
                left_out_contact.customer_id,
                cast(left_out_contact.contact_no as varchar),
                cast(left_out_contact.received_on as varchar)
            )
            and left_out_contact.received_on <= standing_release.released_on
            and left_out_contact.left_out_no <= standing_release.known_load_no
    where standing_release.customer_id is null

),

told as (

    select
        owners.customer_id,
        owners.told_of,
        numbers.contact_no,
        numbers.phone,
        row_number() over (
            partition by owners.customer_id, owners.told_of, numbers.contact_no
            order by
                numbers.received_on desc,
                case when numbers.left_out_no is null then 0 else 1 end,
                numbers.left_out_no desc
        ) as version_rank
    from numbers
    inner join owners
        on numbers.customer_id = owners.told_of
    where
        numbers.phone is not null
        and numbers.received_on <= cast($known_on as date)

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
