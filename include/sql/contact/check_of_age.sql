-- check_of_age: is the debtor too young on the day of contact, by anything that ever told the age?
--
-- Dates of birth and those within identity numbers, of today and of before: one is enough to
-- refuse. Of whom none is known is not held to be a child.
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, come_of_age, known_birth
-- write   view

select
    due.queue,
    due.candidate_key,
    due.subject,
    'minor' as reason,
    'by the ' || min(known_birth.told_by) || ' below '
    || cast(max(come_of_age.minimum_years) as varchar) as inputs
from contact_check_due as due
cross join come_of_age
inner join known_birth
    on
        due.customer_id = known_birth.customer_id
        and come_of_age.born_by < known_birth.birth_on
where due.check_name = 'of_age'
group by due.queue, due.candidate_key, due.subject
