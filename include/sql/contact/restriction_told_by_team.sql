-- restriction_told_by_team: every version of what the teams have told that protects a customer, or
-- ends that; see `told_restriction`.
--
-- grain   feed, record_key, received_on
-- reads   loan, complaint, privacy_request, consent_change, promise_to_pay, plan_request,
--         contact_outcome, legal_event, overdue_reason
-- write   view

with

debtors as (

    select
        loan_id,
        max(customer_id) as customer_id
    from loan
    where received_on <= cast($known_on as date)
    group by loan_id

),

owed as (

    select distinct
        loan_id,
        customer_id
    from loan
    where received_on <= cast($known_on as date)

)

select
    'complaint' as feed,
    complaint_id as record_key,
    customer_id,
    loan_id,
    'complaint' as aspect,
    cast(null as varchar) as scope,
    least(cast(received_at as date), received_on) as starts_on,
    case
        when
            complaint_state not in ('received', 'in_progress')
            and closed_on >= cast(received_at as date)
            then closed_on
    end as ends_on,
    true as is_protecting,
    case
        when complaint_state not in ('received', 'in_progress') or closed_on is not null
            then 'doubtful_hold'
    end as release_kind,
    received_on,
    line_no
from complaint

union all

select
    'privacy_request' as feed,
    request_id as record_key,
    customer_id,
    cast(null as varchar) as loan_id,
    request_kind as aspect,
    coalesce(channel, purpose, cast(contact_no as varchar)) as scope,
    least(cast(received_at as date), received_on) as starts_on,
    case
        when
            request_state in ('refused', 'withdrawn')
            and closed_on >= cast(received_at as date)
            and closed_on <= received_on + 1
            then closed_on
    end as ends_on,
    request_kind not in ('access', 'correction') as is_protecting,
    case
        when
            request_state in ('refused', 'withdrawn')
            or (request_state = 'received' and closed_on is not null)
            then 'doubtful_hold'
    end as release_kind,
    received_on,
    line_no
from privacy_request

union all

select
    'consent_change' as feed,
    change_id as record_key,
    customer_id,
    cast(null as varchar) as loan_id,
    'consent_withdrawal' as aspect,
    purpose as scope,
    least(changed_on, received_on) as starts_on,
    -- A consent that was given ends nothing by its number; that of the purpose does.
    cast(null as date) as ends_on,
    change_kind = 'withdrawn' as is_protecting,
    cast(null as varchar) as release_kind,
    received_on,
    line_no
from consent_change

union all

select
    'promise_to_pay' as feed,
    promise_id as record_key,
    customer_id,
    loan_id,
    'promise_to_pay' as aspect,
    cast(null as varchar) as scope,
    least(promised_on, received_on) as starts_on,
    case when due_on >= promised_on then due_on + 1 end as ends_on,
    true as is_protecting,
    'promise_to_pay' as release_kind,
    received_on,
    line_no
from promise_to_pay

union all

select
    'plan_request' as feed,
    request_id as record_key,
    customer_id,
    loan_id,
    case
        when decision = 'pending' and decided_on is not null then 'doubtful_plan'
        else 'approved_plan'
    end as aspect,
    cast(null as varchar) as scope,
    least(decided_on, received_on) as starts_on,
    -- A plan that is asked for again does not end the one that was approved.
    case when decision in ('refused', 'withdrawn') then decided_on end as ends_on,
    decision = 'approved' or (decision = 'pending' and decided_on is not null)
        as is_protecting,
    case
        when decision = 'pending' and decided_on is not null then 'doubtful_hold'
        else 'approved_plan'
    end as release_kind,
    received_on,
    line_no
from plan_request

union all

-- The loan is kept where it is not known to be the customer's: the report may be its debtor's.
select
    'contact_outcome' as feed,
    contact_outcome.outcome_id as record_key,
    contact_outcome.customer_id,
    case when owed.loan_id is null then contact_outcome.loan_id end as loan_id,
    contact_outcome.result as aspect,
    -- Told of another channel, day or debtor, it is about another number.
    concat_ws(
        ' ',
        case
            when contact_outcome.channel in ('phone', 'sms') then 'number'
            else contact_outcome.channel
        end,
        cast(cast(contact_outcome.attempted_at as date) as varchar),
        cast(contact_outcome.contact_no as varchar),
        case when owed.loan_id is null then contact_outcome.loan_id end
    ) as scope,
    contact_outcome.received_on as starts_on,
    cast(null as date) as ends_on,
    case
        when contact_outcome.result = 'refused'
            then contact_outcome.counterpart = 'emergency_contact'
        else contact_outcome.result in ('wrong_number', 'invalid_number')
    end as is_protecting,
    cast(null as varchar) as release_kind,
    contact_outcome.received_on,
    contact_outcome.line_no
from contact_outcome
left join owed
    on
        contact_outcome.loan_id = owed.loan_id
        and contact_outcome.customer_id = owed.customer_id
where
    contact_outcome.outcome_id in (
        select doubted.outcome_id
        from contact_outcome as doubted
        where doubted.result in ('wrong_number', 'invalid_number', 'refused')
    )

union all

-- Which events are a court's that goes on is a rule of the day.
select
    'legal_event' as feed,
    legal_event.event_id as record_key,
    legal_event.customer_id,
    legal_event.loan_id,
    legal_event.event_kind as aspect,
    legal_event.case_id as scope,
    legal_event.received_on as starts_on,
    cast(null as date) as ends_on,
    true as is_protecting,
    -- Unclear is a day to come, and who never was the debtor (`court_notice`).
    case
        when
            legal_event.happened_on > legal_event.received_on + 1
            or (debtors.loan_id is not null and owed.loan_id is null)
            then 'doubtful_hold'
    end as release_kind,
    legal_event.received_on,
    legal_event.line_no
from legal_event
left join debtors
    on legal_event.loan_id = debtors.loan_id
left join owed
    on
        legal_event.loan_id = owed.loan_id
        and legal_event.customer_id = owed.customer_id

union all

-- Every version of a disputed amount counts by itself (`standing_dispute`).
select
    'overdue_reason' as feed,
    reason_id as record_key,
    customer_id,
    loan_id,
    reason as aspect,
    cast(null as varchar) as scope,
    received_on as starts_on,
    cast(null as date) as ends_on,
    reason = 'amount_disputed' as is_protecting,
    cast(null as varchar) as release_kind,
    received_on,
    line_no
from overdue_reason
