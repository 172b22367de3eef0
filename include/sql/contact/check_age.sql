-- check_age: is the debtor old enough on the day of contact, by everything that ever told the age?
--
-- Dates of birth and those within identity numbers, of today and of before: one is enough to
-- refuse. Of whom none is known is not held to be a child.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, come_of_age, known_birth
-- write   view

with

due as (

    select
        queue,
        candidate_key,
        customer_id,
        check_name,
        subject,
        rule_id,
        rule_version
    from contact_check_due
    where check_name = 'of_age'

),

asked as (

    select distinct customer_id
    from due

),

ages as (

    select
        known_birth.customer_id,
        come_of_age.minimum_years,
        bool_and(known_birth.birth_on <= come_of_age.born_by) as is_of_age,
        min(case when known_birth.birth_on > come_of_age.born_by then known_birth.told_by end)
            as told_by
    from known_birth
    cross join come_of_age
    inner join asked
        on known_birth.customer_id = asked.customer_id
    group by known_birth.customer_id, come_of_age.minimum_years

)

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    coalesce(ages.is_of_age, true) as is_passed,
    'minor' as reason,
    case
        when ages.customer_id is null then 'age unknown'
        when ages.is_of_age then 'of age'
        else 'by the ' || ages.told_by || ' below ' || cast(ages.minimum_years as varchar)
    end as inputs,
    due.rule_id,
    due.rule_version
from due
left join ages
    on due.customer_id = ages.customer_id
