-- consent_withdrawal: consents that were withdrawn with a team, as a change or as a request.
--
-- A doubtful one counts: it ends what was given from the day it is known of, also where it is dated
-- ahead, and where it is told after a consent was given and dated before it, that consent too
-- (`ends_until`). What the first delivery tells is history, in the order of its dates.
--
-- grain   one row per withdrawal and purpose (empty for all)
-- reads   consent_change, current_consent_change, standing_request, privacy_request
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
    current_consent_change.received_on
from current_consent_change
inner join told
    on
        current_consent_change.change_id = told.change_id
        and current_consent_change.changed_on = told.changed_on
where current_consent_change.change_kind = 'withdrawn'

union all

select
    standing_request.customer_id,
    standing_request.purpose,
    standing_request.asked_on as withdrawn_on,
    case
        when
            asked.told_on > (
                select min(earliest.received_on)
                from privacy_request as earliest
            )
            then greatest(standing_request.asked_on, asked.told_on - 1)
        else standing_request.asked_on
    end as ends_until,
    'privacy_request' as feed,
    standing_request.received_on
from standing_request
inner join asked
    on standing_request.request_id = asked.request_id
where standing_request.request_kind = 'consent_withdrawal'
