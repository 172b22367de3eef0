-- same_person: recipients who are protected under another customer number: one of the same identity
-- number, whichever of the two has now, or one that is theirs but for capital and small letters.
--
-- A person says of each two whether they are one: what was released is released for what was known
-- then, and a third number is another question.
--
-- grain   customer_id, other_customer_id
-- reads   recipient, known_identity, protected_customer, standing_release
-- write   view

with

keys as (

    select
        customer_id,
        'identity ' || identity_key as person_key
    from known_identity

    union all

    select
        customer_id,
        'customer ' || upper(customer_id) as person_key
    from recipient

    union

    select
        customer_id,
        'customer ' || upper(customer_id) as person_key
    from protected_customer

),

protections as (

    select
        keys.person_key,
        protected_customer.customer_id,
        min(protected_customer.protection) as protection,
        max(protected_customer.received_on) as received_on,
        max(protected_customer.load_no) as load_no
    from protected_customer
    inner join keys
        on protected_customer.customer_id = keys.customer_id
    group by keys.person_key, protected_customer.customer_id

)

select
    recipient.customer_id,
    protections.customer_id as other_customer_id,
    min(protections.protection) as protection,
    max(protections.received_on) as received_on,
    max(protections.load_no) as load_no
from recipient
inner join keys
    on recipient.customer_id = keys.customer_id
inner join protections
    on
        keys.person_key = protections.person_key
        and recipient.customer_id <> protections.customer_id
left join standing_release
    on
        recipient.customer_id = standing_release.customer_id
        and standing_release.kind = 'same_person'
        and protections.customer_id = standing_release.record_key
        and protections.received_on <= standing_release.released_on
        and protections.load_no <= standing_release.known_load_no
where standing_release.customer_id is null
group by recipient.customer_id, protections.customer_id
