-- call_list_payload: what a call is about and who is called.
--
-- grain   business_date, revision, task_id
-- reads   task_change, contact_proposal, recipient
-- write   append

select
    task_change.business_date,
    task_change.revision,
    task_change.task_id,
    task_change.customer_id,
    task_change.loan_id,
    recipient.customer_name,
    contact_proposal.currency,
    contact_proposal.amount_due,
    contact_proposal.loan_count,
    contact_proposal.loan_amounts,
    contact_proposal.days_past_due,
    contact_proposal.script_id,
    contact_proposal.reason_zh,
    contact_proposal.reason_en
from task_change
inner join contact_proposal
    on
        task_change.queue = contact_proposal.queue
        and task_change.candidate_key = contact_proposal.candidate_key
left join recipient
    on task_change.customer_id = recipient.customer_id
where
    task_change.queue = 'call_list'
    and task_change.task_action = 'added'
