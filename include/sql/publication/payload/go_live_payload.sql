-- go_live_payload: what the opening found owed, for whoever releases it.
--
-- grain   business_date, revision, task_id
-- reads   task_change, contact_proposal, rule_queue_reason
-- write   append

select
    task_change.business_date,
    task_change.revision,
    task_change.task_id,
    task_change.customer_id,
    task_change.loan_id,
    contact_proposal.planned_queue,
    contact_proposal.currency,
    contact_proposal.amount_due,
    contact_proposal.loan_count,
    contact_proposal.loan_amounts,
    contact_proposal.days_past_due,
    contact_proposal.stage,
    coalesce(rule_queue_reason.reason_zh, contact_proposal.reason_zh) as reason_zh,
    coalesce(rule_queue_reason.reason_en, contact_proposal.reason_en) as reason_en
from task_change
inner join contact_proposal
    on
        task_change.queue = contact_proposal.queue
        and task_change.candidate_key = contact_proposal.candidate_key
left join rule_queue_reason
    on
        task_change.business_date = rule_queue_reason.business_date
        and task_change.queue = rule_queue_reason.queue
        and contact_proposal.planned_queue = rule_queue_reason.reason_code
where
    task_change.queue = 'go_live'
    and task_change.task_action = 'added'
