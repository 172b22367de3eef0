-- contact_denial: wishes that are refused, one row for each check that was not passed.
--
-- Loans on hold, paused or paid since that a message or a call leaves out are rows of their own.
--
-- grain   business_date, queue, candidate_key, check_name, subject
-- reads   contact_candidate, contact_check, contact_left_out
-- write   partition business_date

with

candidates as (

    select
        queue,
        candidate_key,
        customer_id,
        loan_id
    from contact_candidate
    where business_date = cast($business_date as date)

)

select
    cast($business_date as date) as business_date,
    candidates.queue,
    candidates.candidate_key,
    contact_check.check_name,
    contact_check.subject,
    candidates.customer_id,
    candidates.loan_id,
    contact_check.reason,
    contact_check.inputs,
    contact_check.rule_id,
    contact_check.rule_version
from candidates
inner join contact_check
    on
        candidates.queue = contact_check.queue
        and candidates.candidate_key = contact_check.candidate_key
where not contact_check.is_passed

union all

select
    cast($business_date as date) as business_date,
    queue,
    denial_key as candidate_key,
    check_name,
    subject,
    customer_id,
    loan_id,
    reason,
    inputs,
    rule_id,
    rule_version
from contact_left_out
