-- task: what the queues of today add and recall; rows once written are never changed.
--
-- grain   business_date, queue, revision, task_id
-- reads   task_change
-- write   append

select
    business_date,
    queue,
    revision,
    task_id,
    task_action,
    candidate_key,
    customer_name,
    phone,
    customer_id,
    loan_id,
    case_id,
    alert_id,
    planned_queue,
    template_id,
    script_id,
    currency,
    amount_due,
    loan_count,
    loan_amounts,
    days_past_due,
    stage,
    severity,
    evidence,
    claim_principal,
    claim_interest,
    claim_fee,
    claim_scope_zh,
    claim_scope_en,
    limitation_earliest_on,
    excluded_routes,
    missing_items_zh,
    missing_items_en,
    approved_on,
    approved_by,
    approval_reason,
    reason_zh,
    reason_en,
    window_start,
    window_end,
    rule_id,
    rule_version
from task_change
