-- eligible_subject: whom, what and which number the tasks that are wanted are about, loan by loan.
--
-- Told like the subjects of tasks that stand, so that the same checks can judge them by more than
-- the date knows.
--
-- grain   queue, task_id, candidate_key
-- reads   eligible_task, contact_loan
-- write   temporary

select distinct
    eligible_task.queue,
    eligible_task.task_id,
    concat_ws(
        '|',
        'wanted',
        eligible_task.task_id,
        coalesce(contact_loan.loan_id, eligible_task.loan_id)
    ) as candidate_key,
    eligible_task.customer_id,
    coalesce(contact_loan.loan_id, eligible_task.loan_id) as loan_id,
    eligible_task.phone
from eligible_task
left join contact_loan
    on
        coalesce(eligible_task.planned_queue, eligible_task.queue) = contact_loan.queue
        and eligible_task.candidate_key in (
            contact_loan.candidate_key,
            concat_ws('|', contact_loan.queue, contact_loan.candidate_key)
        )
