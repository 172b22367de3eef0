-- same_person: recipients who are protected under another customer number: one of the same identity
-- number, whichever of the two has now, the debtor of before of the same loan, or one that is theirs
-- but for capital and small letters; also where others stand between the two.
--
-- What links two customers is linked by a third who has both, and again what these link: over up to
-- eight of them. A person says of each two whether they are one: what was released is released for
-- what was known then, and a third number is another question. What stops the law alone, a dispute
-- of what is owed, is told apart.
--
-- grain   customer_id, other_customer_id, stops_contact
-- reads   recipient, known_identity, moved_loan, protected_customer, standing_release
-- write   view

with

bearers as (

    select
        upper(customer_id) as person_name,
        'identity ' || identity_key as person_key,
        cast(null as varchar) as loan_id
    from known_identity

    union

    select
        upper(customer_id) as person_name,
        'loan ' || loan_id as person_key,
        loan_id
    from moved_loan

),

linked_once as (

    select distinct
        bearers.person_key,
        other.person_key as linked_key
    from bearers
    inner join bearers as other
        on
            bearers.person_name = other.person_name
            and bearers.person_key <> other.person_key

),

linked_twice as (

    select
        person_key,
        linked_key
    from linked_once

    union

    select
        linked_once.person_key,
        further.linked_key
    from linked_once
    inner join linked_once as further
        on linked_once.linked_key = further.person_key

),

linked_often as (

    select
        person_key,
        linked_key
    from linked_twice

    union

    select
        linked_twice.person_key,
        further.linked_key
    from linked_twice
    inner join linked_twice as further
        on linked_twice.linked_key = further.person_key

),

linked as (

    select
        person_key,
        linked_key
    from linked_often

    union

    select
        linked_often.person_key,
        further.linked_key
    from linked_often
    inner join linked_often as further
        on linked_often.linked_key = further.person_key

),

protections as (

    select
        upper(customer_id) as person_name,
        customer_id,
        min(protection) as protection,
        max(received_on) as received_on,
        max(load_no) as load_no,
        stops_contact
    from protected_customer
    group by customer_id, stops_contact

),

protected_keys as (

    select distinct
        bearers.person_key,
        protections.customer_id
    from protections
    inner join bearers
        on protections.person_name = bearers.person_name

),

reached as (

    select
        person_key,
        customer_id
    from protected_keys

    union

    select
        linked.linked_key as person_key,
        protected_keys.customer_id
    from protected_keys
    inner join linked
        on protected_keys.person_key = linked.person_key

),

pairs as (

    select
        recipient.customer_id,
        reached.customer_id as other_customer_id,
        bearers.loan_id
    from recipient
    inner join bearers
        on upper(recipient.customer_id) = bearers.person_name
    inner join reached
        on bearers.person_key = reached.person_key

    union

    select
        recipient.customer_id,
        protections.customer_id as other_customer_id,
        cast(null as varchar) as loan_id
    from recipient
    inner join protections
        on upper(recipient.customer_id) = protections.person_name

)

select
    pairs.customer_id,
    pairs.other_customer_id,
    min(pairs.loan_id) as loan_id,
    min(protections.protection) as protection,
    max(protections.received_on) as received_on,
    max(protections.load_no) as load_no,
    protections.stops_contact
from pairs
inner join protections
    on
        pairs.other_customer_id = protections.customer_id
        and pairs.customer_id <> protections.customer_id
left join standing_release
    on
        pairs.customer_id = standing_release.customer_id
        and standing_release.kind = 'same_person'
        and pairs.other_customer_id = standing_release.record_key
        and protections.received_on <= standing_release.released_on
        and protections.load_no <= standing_release.known_load_no
where standing_release.customer_id is null
group by pairs.customer_id, pairs.other_customer_id, protections.stops_contact
