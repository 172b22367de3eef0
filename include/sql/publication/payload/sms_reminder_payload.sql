-- sms_reminder_payload: what a message is about.
--
-- grain   business_date, revision, task_id
-- reads   task_change, contact_proposal
-- write   append

select
    task_change.business_date,
    task_change.revision,
    task_change.task_id,
    task_change.customer_id,
    task_change.loan_id,
    contact_proposal.template_id,
    contact_proposal.currency,
    contact_proposal.amount_due,
    contact_proposal.loan_amounts,
    contact_proposal.reason_zh,
    contact_proposal.reason_en,
    contact_proposal.loan_count,
    contact_proposal.days_past_due
from task_change
inner join contact_proposal
    on
        task_change.queue = contact_proposal.queue
        and task_change.candidate_key = contact_proposal.candidate_key
where
    task_change.queue = 'sms_reminder'
    and task_change.task_action = 'added'
