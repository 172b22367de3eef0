-- check_restriction: has the customer asked that the data be deleted or no longer used?
--
-- While records must be kept by law they may be stored, and nothing else.
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
    where check_name = 'not_restricted'

),

asked as (

    select
        customer_id,
        request_kind,
        min(asked_on) as asked_on
    from effective_privacy_request
    group by customer_id, request_kind

)

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    asked.asked_on is null as is_passed,
    due.subject || '_requested' as reason,
    coalesce(
        due.subject || ' requested on ' || cast(asked.asked_on as varchar), 'no request'
    ) as inputs,
    due.rule_id,
    due.rule_version
from due
left join asked
    on
        due.customer_id = asked.customer_id
        and due.subject = asked.request_kind
