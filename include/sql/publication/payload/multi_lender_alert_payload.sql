-- multi_lender_alert_payload: what a customer owes elsewhere.
--
-- grain   business_date, revision, task_id
-- reads   task_change, alert_proposal, rule_queue_reason
-- write   append

select
    task_change.business_date,
    task_change.revision,
    task_change.task_id,
    task_change.customer_id,
    task_change.loan_id,
    task_change.candidate_key as alert_id,
    alert_proposal.severity,
    coalesce(rule_queue_reason.reason_zh, task_change.reason_code) as reason_zh,
    coalesce(rule_queue_reason.reason_en, task_change.reason_code) as reason_en,
    alert_proposal.evidence
from task_change
inner join alert_proposal
    on
        task_change.queue = alert_proposal.queue
        and task_change.candidate_key = alert_proposal.candidate_key
left join rule_queue_reason
    on
        task_change.business_date = rule_queue_reason.business_date
        and task_change.queue = rule_queue_reason.queue
        and task_change.reason_code = rule_queue_reason.reason_code
where
    task_change.queue = 'multi_lender_alert'
    and task_change.task_action = 'added'
