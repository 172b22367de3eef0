-- check_number_is_debtors: has somebody found out that the number is not the debtor's?
--
-- Of a task that stands, the number it was made with is asked about as well.
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, subject_number, number_report
-- write   view

select
    due.queue,
    due.candidate_key,
    due.subject,
    'reported_' || due.subject as reason,
    'number reported on ' || cast(max(number_report.reported_on) as varchar) as inputs
from contact_check_due as due
inner join subject_number
    on
        due.queue = subject_number.queue
        and due.candidate_key = subject_number.candidate_key
inner join number_report
    on
        subject_number.customer_id = number_report.customer_id
        and subject_number.number = number_report.number
        and due.subject = number_report.result
where due.check_name = 'number_is_debtors'
group by due.queue, due.candidate_key, due.subject
