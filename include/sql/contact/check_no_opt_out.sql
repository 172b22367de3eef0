-- check_no_opt_out: has the customer refused to be contacted on the channel of the queue?
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, effective_privacy_request
-- write   view

select
    due.queue,
    due.candidate_key,
    due.subject,
    'opted_out_of_' || due.subject as reason,
    'opted out since ' || cast(min(effective_privacy_request.asked_on) as varchar) as inputs
from contact_check_due as due
inner join effective_privacy_request
    on
        due.customer_id = effective_privacy_request.customer_id
        and (
            effective_privacy_request.channel is null
            or due.subject = effective_privacy_request.channel
        )
where
    due.check_name = 'no_opt_out'
    and effective_privacy_request.request_kind = 'channel_opt_out'
group by due.queue, due.candidate_key, due.subject
