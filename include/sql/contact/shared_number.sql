-- shared_number: numbers of the people concerned that another customer has, unless a person said
-- whose it is.
--
-- Only those numbers are looked up among all customers. One that the debtor has given up and
-- another customer has by now is the other's. A number that came to another customer after the
-- release, or in a file that was loaded after it for whatever date, is in question again.
--
-- One person's number is his under each customer number that was told with the very same identities
-- and no other, unless a person has told the two apart: that is no question. So that nobody is
-- contacted twice on it, only the first of those customers who are asked about may be.
--
-- grain   customer_id, number
-- reads   asked_number, told_number, told_identity, customer, contact_check_rule,
--         standing_release, told_load
-- write   view

with

numbers as (

    select distinct number
    from asked_number

),

told as (

    select
        told_number.customer_id,
        told_number.number,
        min(told_number.received_on) as since,
        max(told_number.received_on) as last_told_on
    from told_number
    inner join numbers
        on told_number.number = numbers.number
    group by told_number.customer_id, told_number.number

),

holders as (

    select
        told.number,
        told.customer_id,
        told.since,
        coalesce(told_load.load_no, 0) as load_no
    from told
    left join told_load
        on
            told_load.feed = 'customer'
            and told.since = told_load.received_on
    where
        not exists (
            select 1
            from customer
            where
                told.customer_id = customer.customer_id
                and told.last_told_on < customer.received_on
                and customer.received_on <= cast($known_on as date)
                and customer.phone is not null
        )

),

several as (

    select number
    from holders
    group by number
    having count(*) > 1

),

sharers as (

    select distinct holders.customer_id
    from holders
    inner join several
        on holders.number = several.number

),

identities as (

    select distinct
        customer_id,
        identity_key
    from told_identity
    where identity_key is not null

),

borne as (

    select distinct identities.identity_key
    from identities
    inner join sharers
        on identities.customer_id = sharers.customer_id

),

bearers as (

    select
        identities.identity_key,
        identities.customer_id,
        count(*) over (partition by identities.identity_key) as customers
    from identities
    inner join borne
        on identities.identity_key = borne.identity_key

),

told_apart as (

    select distinct sharers.customer_id
    from sharers
    inner join standing_release
        on
            sharers.customer_id = standing_release.customer_id
            and standing_release.kind = 'same_person'
    inner join sharers as other
        on standing_release.record_key = other.customer_id

),

persons as (

    -- What was typed in place of an identity number identifies nobody.
    select
        bearers.customer_id,
        'identity ' || string_agg(
            bearers.identity_key, ' '
            order by bearers.identity_key
        ) as person
    from bearers
    left join told_apart
        on bearers.customer_id = told_apart.customer_id
    left join contact_check_rule
        on
            contact_check_rule.check_name = 'person_is_free'
            and (
                regexp_matches(bearers.identity_key, contact_check_rule.pattern)
                or bearers.customers > contact_check_rule.most_customers
            )
    where
        told_apart.customer_id is null
        and contact_check_rule.check_name is null
    group by bearers.customer_id

),

named as (

    select
        holders.number,
        holders.customer_id,
        holders.since,
        holders.load_no,
        coalesce(persons.person, 'customer ' || holders.customer_id) as person
    from holders
    left join persons
        on holders.customer_id = persons.customer_id

),

shared as (

    select
        named.number,
        count(*) as customers,
        min(named.person) as first_person,
        max(named.person) as last_person,
        min(asked_number.customer_id) as first_asked_id,
        max(named.since) as since,
        max(named.load_no) as load_no
    from named
    left join asked_number
        on
            named.number = asked_number.number
            and named.customer_id = asked_number.customer_id
    group by named.number

)

select
    asked_number.customer_id,
    asked_number.number,
    shared.customers + case when own.customer_id is null then 1 else 0 end as customers,
    shared.since,
    shared.load_no,
    coalesce(shared.first_person = own.person, false)
    and shared.first_person = shared.last_person as is_of_one_person
from asked_number
inner join shared
    on asked_number.number = shared.number
left join named as own
    on
        asked_number.number = own.number
        and asked_number.customer_id = own.customer_id
left join standing_release
    on
        asked_number.customer_id = standing_release.customer_id
        and standing_release.kind = 'shared_number'
        and asked_number.number = standing_release.record_key
        and shared.since <= standing_release.released_on
        and shared.load_no <= standing_release.known_load_no
where
    standing_release.customer_id is null
    and (
        own.person is null
        or shared.first_person <> own.person
        or shared.last_person <> own.person
        or shared.first_asked_id <> asked_number.customer_id
    )
