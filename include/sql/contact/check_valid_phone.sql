-- check_valid_phone: is there no number, or one that is none?
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, recipient
-- write   view

select
    due.queue,
    due.candidate_key,
    due.subject,
    case
        when coalesce(trim(recipient.phone), '') = '' then 'no_contact_address'
        else 'invalid_phone'
    end as reason,
    case
        when coalesce(trim(recipient.phone), '') = '' then 'no number known'
        else 'number checked against ' || due.pattern
    end as inputs
from contact_check_due as due
left join recipient
    on due.customer_id = recipient.customer_id
where
    due.check_name = 'valid_phone'
    and not coalesce(regexp_matches(recipient.phone, due.pattern), false)
