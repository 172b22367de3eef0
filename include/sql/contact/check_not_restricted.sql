-- check_not_restricted: has the customer asked that the data be deleted or no longer used?
--
-- While records must be kept by law they may be stored, and nothing else.
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, effective_privacy_request
-- write   view

select
    due.queue,
    due.candidate_key,
    due.subject,
    due.subject || '_requested' as reason,
    due.subject || ' requested on '
    || cast(min(effective_privacy_request.asked_on) as varchar) as inputs
from contact_check_due as due
inner join effective_privacy_request
    on
        due.customer_id = effective_privacy_request.customer_id
        and due.subject = effective_privacy_request.request_kind
where due.check_name = 'not_restricted'
group by due.queue, due.candidate_key, due.subject
