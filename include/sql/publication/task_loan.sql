-- task_loan: the loans named by the contact tasks of today that stand.
--
-- grain   business_date, queue, task_id, loan_id
-- reads   standing_today, contact_loan
-- write   partition business_date

select
    cast($business_date as date) as business_date,
    standing_today.queue,
    standing_today.task_id,
    contact_loan.loan_id,
    contact_loan.customer_id,
    contact_loan.stage,
    contact_loan.overdue_amount
from standing_today
inner join contact_loan
    on
        standing_today.queue = contact_loan.queue
        and standing_today.candidate_key = contact_loan.candidate_key
