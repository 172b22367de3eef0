-- wanted_subject: whom, what and which number the tasks that are wanted are about, loan by loan.
--
-- Told like the subjects of tasks that stand, so that the same checks can judge them by more than
-- the date knows.
--
-- grain   queue, task_id, candidate_key
-- reads   wanted_task, contact_loan
-- write   temporary

select distinct
    wanted_task.queue,
    wanted_task.task_id,
    concat_ws(
        '|',
        'wanted',
        wanted_task.task_id,
        coalesce(contact_loan.loan_id, wanted_task.loan_id)
    ) as candidate_key,
    wanted_task.customer_id,
    coalesce(contact_loan.loan_id, wanted_task.loan_id) as loan_id,
    wanted_task.phone
from wanted_task
left join contact_loan
    on
        coalesce(wanted_task.planned_queue, wanted_task.queue) = contact_loan.queue
        and wanted_task.candidate_key in (
            contact_loan.candidate_key,
            concat_ws('|', contact_loan.queue, contact_loan.candidate_key)
        )
