-- current_plan_request: requests for a repayment plan as known on the date given, the latest version of each.
--
-- grain   request_id
-- reads   plan_request
-- write   view

with

versions as (

    select
        request_id,
        customer_id,
        loan_id,
        plan_kind,
        requested_on,
        instalments,
        amount,
        decision,
        decided_on,
        received_on,
        line_no,
        row_number() over (
            partition by request_id
            order by received_on desc
        ) as version_rank
    from plan_request
    where received_on <= cast($known_on as date)

)

select
    request_id,
    customer_id,
    loan_id,
    plan_kind,
    requested_on,
    instalments,
    amount,
    decision,
    decided_on,
    received_on,
    line_no
from versions
where version_rank = 1
