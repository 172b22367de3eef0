-- full_time_student: customers whom a registry knows as full-time students, under whichever of their
-- customer numbers.
--
-- What each school told last counts for that school: one full-time enrolment that lasts is enough,
-- whatever is told of another, such as an evening course beside it. Full width and spaces make no
-- other code. Two numbers that a person has told apart are two persons.
--
-- grain   customer_id
-- reads   current_enrolment, rule_enrolment_code, rule_enrolment_status, one_person
-- write   view

with

enrolments as (

    select
        customer_id,
        code_system,
        lower(translate(status_code, '０１２３４５６７８９　  ', '0123456789')) as status_code,
        is_full_time,
        row_number() over (
            partition by customer_id, institution_id
            order by effective_on desc
        ) as enrolment_rank
    from current_enrolment
    where effective_on <= cast($business_date as date)

),

students as (

    select distinct enrolments.customer_id
    from enrolments
    inner join rule_enrolment_code
        on
            rule_enrolment_code.business_date = cast($business_date as date)
            and enrolments.code_system = rule_enrolment_code.code_system
            and enrolments.status_code = rule_enrolment_code.status_code
    inner join rule_enrolment_status
        on
            rule_enrolment_status.business_date = cast($business_date as date)
            and rule_enrolment_code.canonical_status = rule_enrolment_status.canonical_status
    where
        enrolments.enrolment_rank = 1
        and enrolments.is_full_time
        and rule_enrolment_status.is_enrolled

)

select customer_id
from students

union

select one_person.customer_id
from one_person
inner join students
    on one_person.other_customer_id = students.customer_id
where not one_person.is_told_apart
