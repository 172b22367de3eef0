-- consent_withdrawal: consents that were withdrawn, with core banking or with a team, as a change or
-- as a request.
--
-- A doubtful one counts: it ends what was given from the day it is known of, also where it is dated
-- ahead, and where it is told after a consent was given and dated before it, that consent too
-- (`ends_until`). Core banking may announce one; dated further ahead than the rule lets it, its year
-- may be mistyped, and it counts from the day it was told. It ends what was told before it too
-- (`ends_told_before`); what is told beside it is read by dates. Every version of a row of core
-- banking counts. What the first delivery of a feed tells is history, in the order of its dates.
-- `stated_on` is the day that the row itself names.
--
-- grain   one row per withdrawal and purpose (empty for all)
-- reads   consent, consent_change, current_consent_change, effective_privacy_request, privacy_request,
--         current_privacy_request, contact_check_rule
-- write   view

with

told as (

    select
        change_id,
        changed_on,
        min(received_on) as told_on
    from consent_change
    where
        change_kind = 'withdrawn'
        and received_on <= cast($known_on as date)
    group by change_id, changed_on

),

asked as (

    select
        request_id,
        min(received_on) as told_on
    from privacy_request
    where
        request_kind = 'consent_withdrawal'
        and received_on <= cast($known_on as date)
    group by request_id

),

ended as (

    select
        consent_id,
        customer_id,
        purpose,
        withdrawn_on,
        min(granted_on) as granted_on,
        min(received_on) as told_on
    from consent
    where
        withdrawn_on is not null
        and received_on <= cast($known_on as date)
    group by consent_id, customer_id, purpose, withdrawn_on

),

limits as (

    select
        subject,
        min(most_days_ahead) as most_days_ahead
    from contact_check_rule
    where check_name in ('consent', 'not_withdrawn')
    group by subject

)

select
    current_consent_change.customer_id,
    current_consent_change.purpose,
    least(told.changed_on, told.told_on) as withdrawn_on,
    case
        when
            told.told_on > (
                select min(earliest.received_on)
                from consent_change as earliest
            )
            then greatest(told.changed_on, told.told_on - 1)
        else told.changed_on
    end as ends_until,
    'consent_change' as feed,
    current_consent_change.received_on,
    cast(null as date) as ends_told_before,
    told.changed_on as stated_on
from current_consent_change
inner join told
    on
        current_consent_change.change_id = told.change_id
        and current_consent_change.changed_on = told.changed_on
where current_consent_change.change_kind = 'withdrawn'

union all

select
    effective_privacy_request.customer_id,
    effective_privacy_request.purpose,
    effective_privacy_request.asked_on as withdrawn_on,
    case
        when
            asked.told_on > (
                select min(earliest.received_on)
                from privacy_request as earliest
            )
            then greatest(effective_privacy_request.asked_on, asked.told_on - 1)
        else effective_privacy_request.asked_on
    end as ends_until,
    'privacy_request' as feed,
    effective_privacy_request.received_on,
    cast(null as date) as ends_told_before,
    cast(current_privacy_request.received_at as date) as stated_on
from effective_privacy_request
inner join current_privacy_request
    on effective_privacy_request.request_id = current_privacy_request.request_id
inner join asked
    on effective_privacy_request.request_id = asked.request_id
where effective_privacy_request.request_kind = 'consent_withdrawal'

union all

select
    ended.customer_id,
    ended.purpose,
    case
        when ended.withdrawn_on > ended.told_on + limits.most_days_ahead then ended.told_on
        else ended.withdrawn_on
    end as withdrawn_on,
    -- What is given after a withdrawal was announced is another word.
    least(greatest(ended.granted_on, ended.withdrawn_on), ended.told_on) as ends_until,
    'consent' as feed,
    ended.told_on as received_on,
    case
        when
            ended.told_on > (
                select min(earliest.received_on)
                from consent as earliest
            )
            then ended.told_on
    end as ends_told_before,
    ended.withdrawn_on as stated_on
from ended
left join limits
    on ended.purpose = limits.subject
