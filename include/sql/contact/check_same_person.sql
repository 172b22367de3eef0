-- check_same_person: is the person protected under another customer number?
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, same_person
-- write   view

with

others as (

    select
        customer_id,
        string_agg(
            'customer ' || other_customer_id
            || coalesce(', by loan ' || loan_id || ' that changed its debtor', '')
            || '; ' || protection || ' since ' || cast(received_on as varchar),
            '; '
            order by other_customer_id
        ) as whom
    from same_person
    where stops_contact
    group by customer_id

)

select
    contact_check_due.queue,
    contact_check_due.candidate_key,
    contact_check_due.check_name,
    contact_check_due.subject,
    others.customer_id is null as is_passed,
    'same_person_protected' as reason,
    coalesce(
        'the same person as ' || others.whom,
        'no other customer of this identity is protected'
    ) as inputs,
    contact_check_due.rule_id,
    contact_check_due.rule_version
from contact_check_due
left join others
    on contact_check_due.customer_id = others.customer_id
where contact_check_due.check_name = 'person_is_free'
