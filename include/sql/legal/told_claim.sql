-- told_claim: what the tasks of the legal department claim of a loan.
--
-- grain   business_date, queue, revision, task_id
-- reads   legal_preparation_payload, legal_case_approved_payload
-- write   view

select
    business_date,
    'legal_preparation' as queue,
    revision,
    task_id,
    amount_due,
    claim_scope_zh is not null as says_scope
from legal_preparation_payload

union all

select
    business_date,
    'legal_case_approved' as queue,
    revision,
    task_id,
    amount_due,
    claim_scope_zh is not null as says_scope
from legal_case_approved_payload
