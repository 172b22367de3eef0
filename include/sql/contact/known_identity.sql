-- known_identity: the identity numbers that the recipients, the protected customers and whoever may
-- link them ever had.
--
-- One typed in place of a number identifies nobody, by the pattern of the rule, nor does one borne
-- by more customers than the rule lets a person have.
--
-- grain   customer_id, identity_key
-- reads   recipient, protected_customer, linking_customer, told_identity, customer,
--         contact_check_rule
-- write   view

with

people as (

    select customer_id
    from recipient

    union

    select customer_id
    from protected_customer

    union

    select customer_id
    from linking_customer

),

numbers as (

    select distinct
        told_identity.customer_id,
        told_identity.spelling,
        told_identity.identity_key
    from told_identity
    inner join people
        on told_identity.customer_id = people.customer_id
    where told_identity.identity_key is not null

),

spellings as (

    select distinct
        identity_key,
        spelling
    from numbers

),

bearers as (

    -- Of the whole book, in the spellings that were met.
    select
        spellings.identity_key,
        count(distinct customer.customer_id) as customers
    from spellings
    inner join customer
        on spellings.spelling = customer.id_number
    where customer.received_on <= cast($known_on as date)
    group by spellings.identity_key

),

placeholders as (

    select bearers.identity_key
    from bearers
    inner join contact_check_rule
        on
            contact_check_rule.check_name = 'person_is_free'
            and (
                regexp_matches(bearers.identity_key, contact_check_rule.pattern)
                or bearers.customers > contact_check_rule.most_customers
            )

)

select distinct
    numbers.customer_id,
    numbers.identity_key
from numbers
left join placeholders
    on numbers.identity_key = placeholders.identity_key
where placeholders.identity_key is null
