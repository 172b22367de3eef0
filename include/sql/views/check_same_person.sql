-- check_same_person: is the person protected under another customer number?
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, same_person
-- write   view

select
    contact_check_due.queue,
    contact_check_due.candidate_key,
    contact_check_due.check_name,
    contact_check_due.subject,
    same_person.customer_id is null as is_passed,
    'same_person_protected' as reason,
    coalesce(
        'the same person as customer ' || same_person.other_customer_id || '; '
        || same_person.protection || ' since ' || cast(same_person.received_on as varchar),
        'no other customer of this identity is protected'
    ) as inputs,
    contact_check_due.rule_id,
    contact_check_due.rule_version
from contact_check_due
left join same_person
    on contact_check_due.customer_id = same_person.customer_id
where contact_check_due.check_name = 'person_is_free'
