-- one_person: the other customer numbers of whoever is past due or named in a legal case: of one
-- identity number, of one loan that changed its debtor, or alike but for capital and small letters.
--
-- What is asked here is asked of the person whether another number is protected or not
-- (`same_person`): how much is claimed, what has come since, whose contact person it is. What was
-- typed in place of an identity number identifies nobody. Two whom a person has told apart stay
-- here and are marked.
--
-- grain   customer_id, other_customer_id
-- reads   current_loan_stage, legal_case, told_identity, customer, moved_loan, contact_check_rule,
--         standing_release
-- write   view

with

people as (

    select customer_id
    from current_loan_stage
    where
        business_date = cast($business_date as date)
        and stage_rank > 0

    union

    select customer_id
    from legal_case
    where business_date <= cast($business_date as date)

),

numbers as (

    select distinct
        customer_id,
        identity_key
    from told_identity
    where identity_key is not null

),

asked as (

    select
        numbers.customer_id,
        numbers.identity_key
    from numbers
    inner join people
        on numbers.customer_id = people.customer_id

),

identities as (

    select distinct identity_key
    from asked

),

bearers as (

    select
        numbers.identity_key,
        numbers.customer_id,
        count(*) over (partition by numbers.identity_key) as customers
    from numbers
    inner join identities
        on numbers.identity_key = identities.identity_key

),

persons as (

    select
        bearers.identity_key,
        bearers.customer_id
    from bearers
    left join contact_check_rule
        on
            contact_check_rule.check_name = 'person_is_free'
            and (
                regexp_matches(bearers.identity_key, contact_check_rule.pattern)
                or bearers.customers > contact_check_rule.most_customers
            )
    where contact_check_rule.check_name is null

),

spelt as (

    select distinct
        customer_id,
        upper(customer_id) as person_name
    from customer
    where received_on <= cast($known_on as date)

),

pairs as (

    select
        asked.customer_id,
        persons.customer_id as other_customer_id
    from asked
    inner join persons
        on asked.identity_key = persons.identity_key

    union

    select
        people.customer_id,
        other.customer_id as other_customer_id
    from people
    inner join moved_loan
        on people.customer_id = moved_loan.customer_id
    inner join moved_loan as other
        on moved_loan.loan_id = other.loan_id

    union

    select
        people.customer_id,
        spelt.customer_id as other_customer_id
    from people
    inner join spelt
        on upper(people.customer_id) = spelt.person_name

)

select
    pairs.customer_id,
    pairs.other_customer_id,
    standing_release.customer_id is not null as is_told_apart
from pairs
left join standing_release
    on
        pairs.customer_id = standing_release.customer_id
        and standing_release.kind = 'same_person'
        and pairs.other_customer_id = standing_release.record_key
where pairs.customer_id <> pairs.other_customer_id
