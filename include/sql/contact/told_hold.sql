-- told_hold: what pauses contact, of every kind, as it was told: holds, complaints, what a court has,
-- plans and extensions, promises, what core banking says is not owed, objections of contact persons.
--
-- grain   origin, hold_id, customer_id
-- reads   current_hold, current_complaint, court_notice, approved_plan, current_plan_request,
--         current_extension_request, current_loan, open_promise, core_denial, unclear_objection
-- write   view

select
    'hold' as origin,
    hold_id,
    customer_id,
    loan_id,
    hold_kind,
    starts_on,
    ends_on,
    received_on,
    cast(null as bigint) as load_no,
    coalesce(ends_on < starts_on, false) as contradicts
from current_hold

union all

select
    'complaint' as origin,
    complaint_id as hold_id,
    customer_id,
    loan_id,
    'complaint' as hold_kind,
    least(cast(received_at as date), received_on) as starts_on,
    closed_on as ends_on,
    received_on,
    cast(null as bigint) as load_no,
    case
        when complaint_state in ('received', 'in_progress') then closed_on is not null
        else closed_on is null or closed_on < cast(received_at as date)
    end as contradicts
from current_complaint

union all

select
    'legal_event' as origin,
    event_id as hold_id,
    customer_id,
    loan_id,
    case when effect = 'suspends' then 'assigned_claim' else 'unclear_court' end as hold_kind,
    happened_on as starts_on,
    cast(null as date) as ends_on,
    received_on,
    cast(null as bigint) as load_no,
    effect = 'unclear' as contradicts
from court_notice
where effect in ('suspends', 'unclear')

union all

select
    feed as origin,
    request_id as hold_id,
    customer_id,
    loan_id,
    'approved_plan' as hold_kind,
    approved_on as starts_on,
    cast(null as date) as ends_on,
    received_on,
    load_no,
    false as contradicts
from approved_plan

union all

select
    'plan_request' as origin,
    request_id as hold_id,
    customer_id,
    loan_id,
    'approved_plan' as hold_kind,
    received_on as starts_on,
    cast(null as date) as ends_on,
    received_on,
    cast(null as bigint) as load_no,
    true as contradicts
from current_plan_request
where
    decision = 'pending'
    and decided_on is not null

union all

select
    'extension_request' as origin,
    current_extension_request.request_id as hold_id,
    current_loan.customer_id,
    current_extension_request.loan_id,
    'approved_plan' as hold_kind,
    current_extension_request.received_on as starts_on,
    cast(null as date) as ends_on,
    current_extension_request.received_on,
    cast(null as bigint) as load_no,
    true as contradicts
from current_extension_request
inner join current_loan
    on current_extension_request.loan_id = current_loan.loan_id
where
    (
        current_extension_request.decision is null
        and current_extension_request.decided_on is not null
    )
    or (
        coalesce(current_extension_request.decision, 'rejected') = 'rejected'
        and (
            current_extension_request.instalments_granted > 0
            or current_extension_request.days_granted > 0
        )
    )

union all

select
    'promise' as origin,
    promise_id as hold_id,
    customer_id,
    loan_id,
    'promise_to_pay' as hold_kind,
    starts_on,
    ends_on,
    received_on,
    load_no,
    false as contradicts
from open_promise

union all

select
    'loan_position' as origin,
    loan_id || ' ' || cast(core_overdue_amount as varchar)
    || ' of ' || cast(our_overdue_amount as varchar) as hold_id,
    customer_id,
    loan_id,
    'unclear_core' as hold_kind,
    since as starts_on,
    cast(null as date) as ends_on,
    since as received_on,
    cast(null as bigint) as load_no,
    true as contradicts
from core_denial

union all

select
    feed as origin,
    record_key as hold_id,
    customer_id,
    cast(null as varchar) as loan_id,
    'unclear_objection' as hold_kind,
    asked_on as starts_on,
    cast(null as date) as ends_on,
    received_on,
    cast(null as bigint) as load_no,
    true as contradicts
from unclear_objection
