-- check_opt_out: has the customer refused to be contacted on the channel of the queue?
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, effective_privacy_request
-- write   view

with

due as (

    select
        queue,
        candidate_key,
        customer_id,
        check_name,
        subject,
        rule_id,
        rule_version
    from contact_check_due
    where check_name = 'no_opt_out'

),

refused as (

    select
        due.queue,
        due.candidate_key,
        due.subject,
        min(effective_privacy_request.asked_on) as asked_on
    from due
    inner join effective_privacy_request
        on
            due.customer_id = effective_privacy_request.customer_id
            and (
                effective_privacy_request.channel is null
                or due.subject = effective_privacy_request.channel
            )
    where effective_privacy_request.request_kind = 'channel_opt_out'
    group by due.queue, due.candidate_key, due.subject

)

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    refused.asked_on is null as is_passed,
    'opted_out_of_' || due.subject as reason,
    coalesce(
        'opted out since ' || cast(refused.asked_on as varchar), 'not opted out'
    ) as inputs,
    due.rule_id,
    due.rule_version
from due
left join refused
    on
        due.queue = refused.queue
        and due.candidate_key = refused.candidate_key
        and due.subject = refused.subject
