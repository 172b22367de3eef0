-- come_of_age: the last day of birth of those who are old enough on the day of contact.
--
-- Counted back from the day, so that one born on 29 February comes of age on 1 March.
--
-- grain   one row, while a rule asks for an age
-- reads   contact_check_rule, contact_moment
-- write   view

select
    contact_check_rule.minimum_years,
    cast(
        contact_moment.contact_on
        - 12 * contact_check_rule.minimum_years * interval 1 month as date
    ) as born_by
from contact_check_rule
cross join contact_moment
where contact_check_rule.check_name = 'of_age'
