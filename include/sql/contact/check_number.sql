-- check_number: has somebody found out that the number is not the debtor's?
--
-- Of a task that stands, the number it was made with is asked about as well.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, subject_number, number_report
-- write   view

with

due as (

    select
        queue,
        candidate_key,
        check_name,
        subject,
        rule_id,
        rule_version
    from contact_check_due
    where check_name = 'number_is_debtors'

),

reported as (

    select
        subject_number.queue,
        subject_number.candidate_key,
        number_report.result,
        max(number_report.reported_on) as reported_on
    from subject_number
    inner join number_report
        on
            subject_number.customer_id = number_report.customer_id
            and subject_number.number = number_report.number
    group by subject_number.queue, subject_number.candidate_key, number_report.result

)

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    reported.queue is null as is_passed,
    'reported_' || due.subject as reason,
    coalesce(
        'number reported on ' || cast(reported.reported_on as varchar), 'number not reported'
    ) as inputs,
    due.rule_id,
    due.rule_version
from due
left join reported
    on
        due.queue = reported.queue
        and due.candidate_key = reported.candidate_key
        and due.subject = reported.result
