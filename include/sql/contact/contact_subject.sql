-- contact_subject: what the checks judge: the candidates of the date, and the tasks that stand.
--
-- grain   queue, candidate_key
-- reads   contact_candidate, standing_subject
-- write   view

select
    queue,
    candidate_key,
    customer_id,
    loan_id,
    cast(null as varchar) as phone,
    false as is_standing
from contact_candidate
where business_date = cast($business_date as date)

union all

select
    queue,
    candidate_key,
    customer_id,
    loan_id,
    phone,
    true as is_standing
from standing_subject
