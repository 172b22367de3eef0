-- lineage_customer_fact: delivered rows of the customer that the task asked about rests on.
--
-- The customer as last delivered, consents and holds as known then, complaints and requests that
-- the teams reported; for a student alert what the registry said, for a multi-lender alert the
-- snapshot of the bureau. Ids, dates and amounts only.
--
-- grain   feed, received_on, line_no
-- reads   lineage_task, customer, consent, hold, consent_change, complaint, privacy_request, enrolment,
--         multi_lender_alert, bureau_loan
-- write   view

with

people as (

    select
        customer.customer_id,
        customer.received_on,
        customer.line_no,
        row_number() over (
            partition by customer.customer_id
            order by customer.received_on desc
        ) as version_rank
    from customer
    inner join lineage_task
        on
            customer.customer_id = lineage_task.customer_id
            and customer.received_on <= lineage_task.business_date

),

consents as (

    select
        consent.consent_id,
        consent.purpose,
        consent.consent_kind,
        consent.granted_on,
        consent.withdrawn_on,
        consent.received_on,
        consent.line_no,
        row_number() over (
            partition by consent.consent_id
            order by consent.received_on desc
        ) as version_rank
    from consent
    inner join lineage_task
        on
            consent.customer_id = lineage_task.customer_id
            and consent.received_on <= lineage_task.business_date

),

holds as (

    select
        hold.hold_id,
        hold.hold_kind,
        hold.starts_on,
        hold.ends_on,
        hold.received_on,
        hold.line_no,
        row_number() over (
            partition by hold.hold_id
            order by hold.received_on desc
        ) as version_rank
    from hold
    inner join lineage_task
        on
            hold.customer_id = lineage_task.customer_id
            and hold.received_on <= lineage_task.business_date

),

changes as (

    select
        consent_change.change_id,
        consent_change.purpose,
        consent_change.change_kind,
        consent_change.changed_on,
        consent_change.received_on,
        consent_change.line_no,
        row_number() over (
            partition by consent_change.change_id
            order by consent_change.received_on desc
        ) as version_rank
    from consent_change
    inner join lineage_task
        on
            consent_change.customer_id = lineage_task.customer_id
            and consent_change.received_on <= lineage_task.business_date

),

complaints as (

    select
        complaint.complaint_id,
        complaint.complaint_state,
        complaint.received_at,
        complaint.closed_on,
        complaint.received_on,
        complaint.line_no,
        row_number() over (
            partition by complaint.complaint_id
            order by complaint.received_on desc
        ) as version_rank
    from complaint
    inner join lineage_task
        on
            complaint.customer_id = lineage_task.customer_id
            and complaint.received_on <= lineage_task.business_date

),

requests as (

    select
        privacy_request.request_id,
        privacy_request.request_kind,
        privacy_request.request_state,
        privacy_request.received_at,
        privacy_request.received_on,
        privacy_request.line_no,
        row_number() over (
            partition by privacy_request.request_id
            order by privacy_request.received_on desc
        ) as version_rank
    from privacy_request
    inner join lineage_task
        on
            privacy_request.customer_id = lineage_task.customer_id
            and privacy_request.received_on <= lineage_task.business_date

),

enrolments as (

    select
        enrolment.institution_id,
        enrolment.effective_on,
        enrolment.code_system,
        enrolment.status_code,
        enrolment.received_on,
        enrolment.line_no
    from enrolment
    inner join lineage_task
        on
            enrolment.customer_id = lineage_task.customer_id
            and enrolment.received_on <= lineage_task.business_date
    where lineage_task.queue = 'student_alert'

),

accounts as (

    select
        bureau_loan.account_ref,
        bureau_loan.opened_on,
        bureau_loan.closed_on,
        bureau_loan.balance,
        bureau_loan.received_on,
        bureau_loan.line_no
    from bureau_loan
    inner join multi_lender_alert
        on
            bureau_loan.customer_id = multi_lender_alert.customer_id
            and bureau_loan.received_on = multi_lender_alert.bureau_delivered_on
    inner join lineage_task
        on
            multi_lender_alert.customer_id = lineage_task.customer_id
            and multi_lender_alert.business_date = lineage_task.business_date
    where lineage_task.queue = 'multi_lender_alert'

)

select
    7 as section,
    'customer' as feed,
    customer_id as subject,
    received_on as happened_on,
    'customer_delivered' as what,
    received_on,
    line_no
from people
where version_rank = 1

union all

select
    7 as section,
    'consent' as feed,
    consent_id as subject,
    granted_on as happened_on,
    concat_ws(
        ' ‖ ',
        'consent_given',
        'purpose=' || purpose,
        'kind=' || consent_kind,
        'withdrawn_on=' || cast(withdrawn_on as varchar)
    ) as what,
    received_on,
    line_no
from consents
where version_rank = 1

union all

select
    7 as section,
    'hold' as feed,
    hold_id as subject,
    starts_on as happened_on,
    concat_ws(
        ' ‖ ', 'hold_placed', 'kind=' || hold_kind, 'ended_on=' || cast(ends_on as varchar)
    ) as what,
    received_on,
    line_no
from holds
where version_rank = 1

union all

select
    7 as section,
    'consent_change' as feed,
    change_id as subject,
    changed_on as happened_on,
    concat_ws(' ‖ ', 'consent_changed', 'purpose=' || purpose, 'change=' || change_kind) as what,
    received_on,
    line_no
from changes
where version_rank = 1

union all

select
    7 as section,
    'complaint' as feed,
    complaint_id as subject,
    cast(received_at as date) as happened_on,
    concat_ws(
        ' ‖ ',
        'complaint_reported',
        'state=' || complaint_state,
        'closed_on=' || cast(closed_on as varchar)
    ) as what,
    received_on,
    line_no
from complaints
where version_rank = 1

union all

select
    7 as section,
    'privacy_request' as feed,
    request_id as subject,
    cast(received_at as date) as happened_on,
    concat_ws(' ‖ ', 'request_reported', 'kind=' || request_kind, 'state=' || request_state)
        as what,
    received_on,
    line_no
from requests
where version_rank = 1

union all

select
    5 as section,
    'enrolment' as feed,
    institution_id as subject,
    effective_on as happened_on,
    concat_ws(' ‖ ', 'enrolment_told', 'code_system=' || code_system, 'status=' || status_code)
        as what,
    received_on,
    line_no
from enrolments

union all

select
    5 as section,
    'bureau_loan' as feed,
    account_ref as subject,
    opened_on as happened_on,
    concat_ws(
        ' ‖ ',
        'account_told',
        'balance=' || cast(balance as varchar),
        'closed_on=' || cast(closed_on as varchar)
    ) as what,
    received_on,
    line_no
from accounts
