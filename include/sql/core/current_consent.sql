-- current_consent: consents as known on the date given, from core banking and from the teams.
--
-- A withdrawal ends every consent to its purpose that was given up to its day, whoever was told of
-- which; only a consent given later counts again, not an old one that is delivered once more, under
-- its own number or a new one. Nor does a later row that leaves the day of the withdrawal out or
-- tells another.
--
-- A doubtful withdrawal counts (`consent_withdrawal`). A consent dated ahead was given on the day it
-- was told.
--
-- grain   one row per consent of core banking and per consent given to a team
-- reads   consent, latest_consent, current_consent_change, consent_withdrawal
-- write   view

with

given as (

    select
        latest_consent.consent_id,
        latest_consent.customer_id,
        latest_consent.purpose,
        latest_consent.consent_kind,
        latest_consent.granted_on,
        latest_consent.withdrawn_on,
        'consent' as feed,
        latest_consent.received_on,
        latest_consent.line_no
    from latest_consent

    union all

    select
        change_id as consent_id,
        customer_id,
        purpose,
        coalesce(consent_kind, 'general') as consent_kind,
        changed_on as granted_on,
        cast(null as date) as withdrawn_on,
        'consent_change' as feed,
        received_on,
        line_no
    from current_consent_change
    where change_kind = 'given'

),

withdrawing as (

    select distinct customer_id
    from consent_withdrawal
    where ends_told_before is not null

),

known as (

    -- One that is sent again is no news.
    select
        consent.consent_id,
        consent.customer_id,
        consent.granted_on,
        min(consent.received_on) as told_on
    from consent
    inner join withdrawing
        on consent.customer_id = withdrawing.customer_id
    where consent.received_on <= cast($known_on as date)
    group by consent.consent_id, consent.customer_id, consent.granted_on

),

ended as (

    select
        given.consent_id,
        given.received_on,
        given.line_no,
        min(consent_withdrawal.withdrawn_on) as withdrawn_on
    from given
    left join known
        on
            given.feed = 'consent'
            and given.consent_id = known.consent_id
            and given.customer_id = known.customer_id
            and given.granted_on = known.granted_on
    inner join consent_withdrawal
        on
            given.customer_id = consent_withdrawal.customer_id
            and (
                least(given.granted_on, given.received_on) <= consent_withdrawal.ends_until
                or coalesce(known.told_on, given.received_on) < consent_withdrawal.ends_told_before
            )
            and (
                consent_withdrawal.purpose is null
                or given.purpose = consent_withdrawal.purpose
            )
    group by given.consent_id, given.received_on, given.line_no

)

select
    given.consent_id,
    given.customer_id,
    given.purpose,
    given.consent_kind,
    given.granted_on,
    least(given.withdrawn_on, ended.withdrawn_on) as withdrawn_on,
    given.received_on,
    given.line_no
from given
left join ended
    on
        given.consent_id = ended.consent_id
        and given.received_on = ended.received_on
        and given.line_no = ended.line_no
