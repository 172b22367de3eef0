-- check_number: has somebody found out that the number is not the debtor's?
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, number_report
-- write   view

select
    contact_check_due.queue,
    contact_check_due.candidate_key,
    contact_check_due.check_name,
    contact_check_due.subject,
    number_report.customer_id is null as is_passed,
    'reported_' || contact_check_due.subject as reason,
    coalesce(
        'number reported on ' || cast(number_report.reported_on as varchar),
        'number not reported'
    ) as inputs,
    contact_check_due.rule_id,
    contact_check_due.rule_version
from contact_check_due
left join number_report
    on
        contact_check_due.customer_id = number_report.customer_id
        and contact_check_due.subject = number_report.result
where contact_check_due.check_name = 'number_is_debtors'
