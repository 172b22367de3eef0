-- subject_number: the numbers that a check has to judge: the debtor's own, and the one that a task
-- which stands was made with.
--
-- Whoever has the file calls the number in it, whatever the debtor has told since.
--
-- grain   queue, candidate_key, number
-- reads   contact_subject, recipient
-- write   view

select
    contact_subject.queue,
    contact_subject.candidate_key,
    contact_subject.customer_id,
    recipient.phone as number
from contact_subject
inner join recipient
    on contact_subject.customer_id = recipient.customer_id
where recipient.phone is not null

union

select
    queue,
    candidate_key,
    customer_id,
    phone as number
from contact_subject
where phone is not null
