-- check_phone: is there a number, and is it one?
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, recipient
-- write   view

select
    contact_check_due.queue,
    contact_check_due.candidate_key,
    contact_check_due.check_name,
    contact_check_due.subject,
    recipient.phone is not null
    and regexp_matches(recipient.phone, contact_check_due.pattern) as is_passed,
    case
        when coalesce(trim(recipient.phone), '') = '' then 'no_contact_address'
        else 'invalid_phone'
    end as reason,
    case
        when coalesce(trim(recipient.phone), '') = '' then 'no number known'
        else 'number checked against ' || contact_check_due.pattern
    end as inputs,
    contact_check_due.rule_id,
    contact_check_due.rule_version
from contact_check_due
left join recipient
    on contact_check_due.customer_id = recipient.customer_id
where contact_check_due.check_name = 'valid_phone'
