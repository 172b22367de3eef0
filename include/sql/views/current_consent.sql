-- current_consent: consents as known on the date given, from core banking and from the teams.
--
-- A withdrawal ends every consent to its purpose that was given up to its day, whoever was told of
-- which; only a consent given later counts again, not an old one that is delivered once more. Nor
-- does a later row that leaves the day of the withdrawal out.
--
-- A doubtful withdrawal counts (`consent_withdrawal`). A consent dated ahead was given on the day it
-- was told.
--
-- grain   one row per consent of core banking and per consent given to a team
-- reads   consent, current_consent_change, consent_withdrawal
-- write   view

with

versions as (

    select
        consent.consent_id,
        consent.customer_id,
        consent.purpose,
        consent.consent_kind,
        consent.granted_on,
        consent.withdrawn_on,
        consent.received_on,
        consent.line_no
    from consent
    where
        consent.received_on <= cast($known_on as date)
        and not exists (
            select 1
            from consent as later
            where
                consent.consent_id = later.consent_id
                and consent.received_on < later.received_on
                and later.received_on <= cast($known_on as date)
                -- The first delivery of all replaces nothing, and is nearly the whole book.
                and later.received_on > (
                    select min(earliest.received_on)
                    from consent as earliest
                )
        )

),

dropped as (

    select
        versions.consent_id,
        max(consent.withdrawn_on) as withdrawn_on
    from versions
    inner join consent
        on
            versions.consent_id = consent.consent_id
            and versions.customer_id = consent.customer_id
            and versions.received_on > consent.received_on
            and versions.granted_on <= greatest(consent.granted_on, consent.withdrawn_on)
    where
        versions.withdrawn_on is null
        and consent.withdrawn_on is not null
    group by versions.consent_id

),

given as (

    select
        versions.consent_id,
        versions.customer_id,
        versions.purpose,
        versions.consent_kind,
        versions.granted_on,
        coalesce(versions.withdrawn_on, dropped.withdrawn_on) as withdrawn_on,
        versions.received_on,
        versions.line_no
    from versions
    left join dropped
        on versions.consent_id = dropped.consent_id

    union all

    select
        change_id as consent_id,
        customer_id,
        purpose,
        coalesce(consent_kind, 'general') as consent_kind,
        changed_on as granted_on,
        cast(null as date) as withdrawn_on,
        received_on,
        line_no
    from current_consent_change
    where change_kind = 'given'

),

ended as (

    select
        given.consent_id,
        given.received_on,
        given.line_no,
        min(consent_withdrawal.withdrawn_on) as withdrawn_on
    from given
    inner join consent_withdrawal
        on
            given.customer_id = consent_withdrawal.customer_id
            and least(given.granted_on, given.received_on) <= consent_withdrawal.ends_until
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
