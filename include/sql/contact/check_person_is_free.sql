-- check_person_is_free: is the person protected under another customer number?
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, same_person
-- write   view

select
    due.queue,
    due.candidate_key,
    due.subject,
    'same_person_protected' as reason,
    'the same person as ' || string_agg(
        'customer ' || same_person.other_customer_id
        || coalesce(', by loan ' || same_person.loan_id || ' that changed its debtor', '')
        || '; ' || same_person.protection
        || ' since ' || cast(same_person.received_on as varchar),
        '; '
        order by same_person.other_customer_id
    ) as inputs
from contact_check_due as due
inner join same_person
    on due.customer_id = same_person.customer_id
where
    due.check_name = 'person_is_free'
    and same_person.stops_contact
group by due.queue, due.candidate_key, due.subject
