-- check_number_is_unshared: does another customer have the number, and has nobody said whose it is?
--
-- Of a task that stands, the number it was made with is asked about as well.
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, subject_number, shared_number
-- write   view

select
    due.queue,
    due.candidate_key,
    due.subject,
    'shared_number' as reason,
    'number of ' || cast(max(shared_number.customers) as varchar) || ' customers since '
    || cast(max(shared_number.since) as varchar) as inputs
from contact_check_due as due
inner join subject_number
    on
        due.queue = subject_number.queue
        and due.candidate_key = subject_number.candidate_key
inner join shared_number
    on
        subject_number.customer_id = shared_number.customer_id
        and subject_number.number = shared_number.number
where due.check_name = 'number_is_unshared'
group by due.queue, due.candidate_key, due.subject
