-- standing_subject: whom and what the tasks that stand are about, each judged once however many
-- they are.
--
-- grain   queue, candidate_key
-- reads   standing_task
-- write   temporary

select distinct
    queue,
    subject_key as candidate_key,
    customer_id,
    named_loan_id as loan_id,
    phone
from standing_task
