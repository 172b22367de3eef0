-- current_plan_request: requests for a repayment plan as known on the date given, the latest
-- version of each.
--
-- grain   request_id
-- reads   plan_request
-- write   view

select
    plan_request.request_id,
    plan_request.customer_id,
    plan_request.loan_id,
    plan_request.plan_kind,
    plan_request.requested_on,
    plan_request.instalments,
    plan_request.amount,
    plan_request.decision,
    plan_request.decided_on,
    plan_request.received_on,
    plan_request.line_no
from plan_request
where
    plan_request.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from plan_request as later
        where
            plan_request.request_id = later.request_id
            and plan_request.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from plan_request as earliest
            )
    )
