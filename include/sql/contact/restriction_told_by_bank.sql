-- restriction_told_by_bank: every version of what core banking and the registry have told that
-- protects a customer, or ends that; see `told_restriction`.
--
-- grain   feed, record_key, received_on
-- reads   loan, extension_request, hold, customer_preference, consent, pause, customer,
--         enrolment, emergency_contact, phone_spelling, told_number
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

)

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
