-- told_restriction: every version of what feeds have told that protects a customer, or ends that.
--
-- One form for all feeds: whom it protects, how (`aspect`), how widely (`loan_id`, `scope`: empty
-- for all) and how long. An end that contradicts the beginning is none, and a plan whose decision
-- contradicts itself is a doubtful one, which protects. Only what is told in words ends a
-- protection: rows that do neither are here to show that their key was told anew.
--
-- grain   feed, record_key, received_on
-- reads   hold, complaint, customer_preference, privacy_request, consent_change, consent,
--         promise_to_pay, plan_request, extension_request, pause, loan, customer, enrolment,
--         contact_outcome, emergency_contact, phone_spelling, told_number, legal_event,
--         overdue_reason
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

),

extensions as (

    -- Nobody decided, and there is a day of it; or it was not approved, and grants something.
    select
        request_id,
        loan_id,
        decision,
        decided_on,
        received_on,
        line_no,
        (decision is null and decided_on is not null)
        or (
            coalesce(decision, 'rejected') = 'rejected'
            and coalesce(instalments_granted > 0 or days_granted > 0, false)
        ) as is_doubtful
    from extension_request

),

told as (

    select
        'hold' as feed,
        hold_id as record_key,
        customer_id,
        loan_id,
        hold_kind as aspect,
        cast(null as varchar) as scope,
        starts_on,
        case when ends_on >= starts_on then ends_on end as ends_on,
        true as is_protecting,
        case when ends_on < starts_on then 'doubtful_hold' end as release_kind,
        received_on,
        line_no
    from hold

    union all

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

    -- What the customer says of a channel later replaces what was said of it.
    select
        'customer_preference' as feed,
        concat_ws(' ', customer_id, channel) as record_key,
        customer_id,
        cast(null as varchar) as loan_id,
        'preference' as aspect,
        nullif(channel, 'any') as scope,
        least(told_on, received_on) as starts_on,
        case
            when wish <> 'unwanted' and agreed_from is null and agreed_until is null then told_on
            when ends_on >= told_on then ends_on
        end as ends_on,
        wish = 'unwanted' or agreed_from is not null or agreed_until is not null as is_protecting,
        cast(null as varchar) as release_kind,
        received_on,
        line_no
    from customer_preference

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
        'consent' as feed,
        consent_id as record_key,
        customer_id,
        cast(null as varchar) as loan_id,
        'consent_withdrawal' as aspect,
        purpose as scope,
        withdrawn_on as starts_on,
        cast(null as date) as ends_on,
        true as is_protecting,
        cast(null as varchar) as release_kind,
        received_on,
        line_no
    from consent
    where withdrawn_on is not null

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

    select
        'extension_request' as feed,
        extensions.request_id as record_key,
        debtors.customer_id,
        extensions.loan_id,
        case when extensions.is_doubtful then 'doubtful_plan' else 'approved_plan' end as aspect,
        cast(null as varchar) as scope,
        least(
            coalesce(extensions.decided_on, extensions.received_on), extensions.received_on
        ) as starts_on,
        case
            when
                extensions.decision in ('rejected', 'withdrawn')
                and not extensions.is_doubtful
                then extensions.decided_on
        end as ends_on,
        extensions.is_doubtful or coalesce(extensions.decision = 'approved', false)
            as is_protecting,
        case when extensions.is_doubtful then 'doubtful_hold' else 'approved_plan' end
            as release_kind,
        extensions.received_on,
        extensions.line_no
    from extensions
    inner join debtors
        on extensions.loan_id = debtors.loan_id

    union all

    select
        'pause' as feed,
        pause.pause_id as record_key,
        debtors.customer_id,
        pause.loan_id,
        'pause' as aspect,
        cast(null as varchar) as scope,
        pause.starts_on,
        case when pause.ends_on >= pause.starts_on then pause.ends_on end as ends_on,
        true as is_protecting,
        case when pause.ends_on < pause.starts_on then 'doubtful_hold' end as release_kind,
        pause.received_on,
        pause.line_no
    from pause
    inner join debtors
        on pause.loan_id = debtors.loan_id

    union all

    select
        'customer' as feed,
        customer_id as record_key,
        customer_id,
        cast(null as varchar) as loan_id,
        'deceased' as aspect,
        cast(null as varchar) as scope,
        received_on as starts_on,
        cast(null as date) as ends_on,
        true as is_protecting,
        'deceased' as release_kind,
        received_on,
        line_no
    from customer
    where deceased_on is not null

    union all

    -- Which codes tell of a death is a rule of the day.
    select
        'enrolment' as feed,
        concat_ws(' ', customer_id, institution_id, cast(effective_on as varchar)) as record_key,
        customer_id,
        cast(null as varchar) as loan_id,
        lower(translate(status_code, '０１２３４５６７８９　  ', '0123456789')) as aspect,
        code_system as scope,
        received_on as starts_on,
        cast(null as date) as ends_on,
        true as is_protecting,
        'deceased' as release_kind,
        received_on,
        line_no
    from enrolment

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

    -- Whose contact person has the debtor's own number is not contacted on it.
    select distinct
        'emergency_contact' as feed,
        concat_ws(
            ' ', emergency_contact.customer_id, cast(emergency_contact.contact_no as varchar)
        ) as record_key,
        emergency_contact.customer_id,
        cast(null as varchar) as loan_id,
        'contact_person' as aspect,
        cast(null as varchar) as scope,
        emergency_contact.received_on as starts_on,
        cast(null as date) as ends_on,
        true as is_protecting,
        cast(null as varchar) as release_kind,
        emergency_contact.received_on,
        emergency_contact.line_no
    from emergency_contact
    left join phone_spelling
        on
            emergency_contact.customer_id = phone_spelling.customer_id
            and emergency_contact.phone = phone_spelling.spelling
    inner join told_number
        on
            emergency_contact.customer_id = told_number.customer_id
            and (
                phone_spelling.number = told_number.number
                or right(translate(emergency_contact.phone, '０１２３４５６７８９ -()', '0123456789'), 11)
                = right(translate(told_number.number, '０１２３４５６７８９ -()', '0123456789'), 11)
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

)

select
    feed,
    record_key,
    customer_id,
    loan_id,
    aspect,
    scope,
    starts_on,
    ends_on,
    is_protecting,
    release_kind,
    received_on,
    line_no
from told
where received_on <= cast($known_on as date)
