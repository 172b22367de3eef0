-- legal_preparation_payload: a case that waits for approval, with its claim and what its file lacks.
--
-- grain   business_date, revision, task_id
-- reads   task_change, legal_proposal, missing_case_items,
--         rule_queue_reason
-- write   append

select
    task_change.business_date,
    task_change.revision,
    task_change.task_id,
    task_change.customer_id,
    task_change.loan_id,
    legal_proposal.currency,
    legal_proposal.claim_amount as amount_due,
    legal_proposal.claim_principal,
    legal_proposal.claim_interest,
    legal_proposal.claim_fee,
    legal_proposal.claim_scope_zh,
    legal_proposal.claim_scope_en,
    legal_proposal.days_past_due,
    legal_proposal.limitation_earliest_on,
    legal_proposal.excluded_routes,
    missing_case_items.items_zh as missing_items_zh,
    missing_case_items.items_en as missing_items_en,
    coalesce(rule_queue_reason.reason_zh, task_change.reason_code) as reason_zh,
    coalesce(rule_queue_reason.reason_en, task_change.reason_code) as reason_en
from task_change
inner join legal_proposal
    on
        task_change.queue = legal_proposal.queue
        and task_change.candidate_key = legal_proposal.candidate_key
left join missing_case_items
    on task_change.case_id = missing_case_items.case_id
left join rule_queue_reason
    on
        task_change.business_date = rule_queue_reason.business_date
        and task_change.queue = rule_queue_reason.queue
        and task_change.reason_code = rule_queue_reason.reason_code
where
    task_change.queue = 'legal_preparation'
    and task_change.task_action = 'added'
