-- taken_back_restriction: protections that were told and then neither ended nor sent again, only
-- left out or told otherwise under the same key. They hold on until they are sent again, a row ends
-- them in words, or a person releases them.
--
-- Left out: the delivery of a date was replaced by one without the row. Told otherwise: a later row
-- of the same key names another customer, another kind or less (one loan of all, one channel of
-- all). A row speaks for an earlier one if it is of the same customer and kind and at least as
-- wide, and has begun; its end is then the end. A consent that is given after a withdrawal ends it.
-- Where every version counts anyhow (deaths, plans, disputes), only what was left out is here. Of
-- codes of registries those hold that tell of a death, by code or in words, and those that nobody
-- can read while no later row tells of the same enrolment. What starts further ahead than the rule
-- lets it held from the day it came (`active_hold`), and so it does here.
--
-- grain   feed, record_key, received_on, left_out_no, customer_id
-- reads   told_restriction, left_out_restriction, told_load, consent, consent_change, loan,
--         rule_enrolment_code, rule_enrolment_status, rule_contact_check,
--         rule_court_event, standing_release, contact_check_rule, contact_moment
-- write   temporary

with

spoken as (

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
        line_no,
        -- What stands was said after everything that was left out of the same date.
        cast(null as bigint) as left_out_no,
        cast(null as bigint) as told_no
    from told_restriction

    union all

    select
        feed,
        record_key,
        customer_id,
        loan_id,
        aspect,
        scope,
        starts_on,
        ends_on,
        true as is_protecting,
        release_kind,
        received_on,
        line_no,
        left_out_no,
        told_no
    from left_out_restriction
    where received_on <= cast($known_on as date)

),

replaced as (

    select
        earlier.feed,
        earlier.record_key,
        earlier.received_on,
        max(coalesce(told_load.load_no, 0)) as load_no
    from told_restriction as earlier
    inner join told_restriction as later
        on
            earlier.feed = later.feed
            and earlier.record_key = later.record_key
            and earlier.received_on < later.received_on
    left join told_load
        on
            later.feed = told_load.feed
            and later.received_on = told_load.received_on
    where
        earlier.feed in (
            'hold', 'complaint', 'privacy_request', 'consent_change', 'promise_to_pay', 'pause',
            'contact_outcome', 'legal_event'
        )
    group by earlier.feed, earlier.record_key, earlier.received_on

),

retold as (

    select distinct
        feed,
        record_key,
        received_on
    from told_restriction

),

given as (

    select
        customer_id,
        purpose,
        granted_on,
        received_on
    from consent
    where
        withdrawn_on is null
        and received_on <= cast($known_on as date)

    union all

    select
        customer_id,
        purpose,
        changed_on as granted_on,
        received_on
    from consent_change
    where
        change_kind = 'given'
        and received_on <= cast($known_on as date)

),

missing as (

    select
        spoken.feed,
        spoken.record_key,
        spoken.customer_id,
        spoken.loan_id,
        spoken.aspect,
        spoken.scope,
        spoken.starts_on,
        spoken.ends_on,
        spoken.release_kind,
        spoken.received_on,
        spoken.line_no,
        spoken.left_out_no,
        spoken.told_no,
        coalesce(spoken.left_out_no, replaced.load_no) as load_no,
        case
            when replaced.feed is null and retold.feed is null then 'left_out'
            else 'told_otherwise'
        end as happened
    from spoken
    inner join contact_moment
        on (spoken.ends_on is null or spoken.ends_on > contact_moment.contact_on)
    left join contact_check_rule
        on
            (
                spoken.feed = 'hold'
                and contact_check_rule.check_name = 'no_hold'
                and spoken.aspect = contact_check_rule.subject
            )
            or (spoken.feed = 'pause' and contact_check_rule.check_name = 'not_paused')
            or (
                spoken.feed = 'consent'
                and contact_check_rule.check_name in ('consent', 'not_withdrawn')
                and spoken.scope = contact_check_rule.subject
            )
    left join replaced
        on
            spoken.feed = replaced.feed
            and spoken.record_key = replaced.record_key
            and spoken.received_on = replaced.received_on
    left join retold
        on
            spoken.left_out_no is not null
            and spoken.feed = retold.feed
            and spoken.record_key = retold.record_key
            and spoken.received_on = retold.received_on
    where
        spoken.is_protecting
        and (spoken.left_out_no is not null or replaced.feed is not null)
        and (
            spoken.starts_on <= contact_moment.contact_on
            or spoken.starts_on > spoken.received_on + contact_check_rule.most_days_ahead
        )

),

ended as (

    select distinct
        missing.feed,
        missing.record_key,
        missing.received_on,
        coalesce(missing.left_out_no, 0) as left_out_no
    from missing
    inner join spoken as later
        on
            missing.feed = later.feed
            and missing.record_key = later.record_key
            and missing.customer_id = later.customer_id
            and missing.aspect = later.aspect
            and (later.loan_id is null or missing.loan_id = later.loan_id)
            and (later.scope is null or missing.scope = later.scope)
    inner join contact_moment
        on
            later.starts_on <= contact_moment.contact_on
            or missing.starts_on >= later.starts_on
    where
        (later.is_protecting or later.ends_on is not null)
        and (
            missing.received_on < later.received_on
            or (
                missing.received_on = later.received_on
                and missing.left_out_no is not null
                and (later.left_out_no is null or missing.left_out_no < later.left_out_no)
            )
        )

    union

    -- A hold that came back to the kind it had at first speaks for the other kind in between, too.
    select distinct
        missing.feed,
        missing.record_key,
        missing.received_on,
        coalesce(missing.left_out_no, 0) as left_out_no
    from missing
    inner join spoken as first_told
        on
            missing.feed = first_told.feed
            and missing.record_key = first_told.record_key
            and missing.customer_id = first_told.customer_id
            and (
                missing.received_on > first_told.received_on
                or (
                    missing.received_on = first_told.received_on
                    and coalesce(missing.left_out_no, first_told.left_out_no + 1)
                    > first_told.left_out_no
                )
            )
    inner join spoken as later
        on
            missing.feed = later.feed
            and missing.record_key = later.record_key
            and missing.customer_id = later.customer_id
            and missing.received_on < later.received_on
            and first_told.aspect = later.aspect
            and (later.loan_id is null or missing.loan_id = later.loan_id)
            and (later.loan_id is null or first_told.loan_id = later.loan_id)
    inner join contact_moment
        on later.starts_on <= contact_moment.contact_on
    where missing.feed = 'hold'

    union

    -- Said by the consent itself: it was given again after the withdrawal, on a day that has come.
    select distinct
        missing.feed,
        missing.record_key,
        missing.received_on,
        coalesce(missing.left_out_no, 0) as left_out_no
    from missing
    inner join given
        on
            missing.customer_id = given.customer_id
            and missing.scope = given.purpose
            and missing.starts_on < given.granted_on
            and missing.received_on <= given.received_on
    inner join contact_moment
        on given.granted_on <= contact_moment.business_date
    where missing.aspect = 'consent_withdrawal'

),

standing as (

    select
        missing.feed,
        missing.record_key,
        missing.customer_id,
        missing.loan_id,
        missing.aspect,
        missing.scope,
        missing.starts_on,
        case
            when
                missing.feed = 'enrolment'
                and rule_enrolment_status.effect is null
                and death_word.rule_id is null
                then 'unclear_status'
            else missing.release_kind
        end as release_kind,
        missing.received_on,
        missing.line_no,
        coalesce(missing.left_out_no, 0) as left_out_no,
        coalesce(missing.told_no, missing.load_no) as told_no,
        missing.load_no,
        missing.happened
    from missing
    left join ended
        on
            missing.feed = ended.feed
            and missing.record_key = ended.record_key
            and missing.received_on = ended.received_on
            and coalesce(missing.left_out_no, 0) = ended.left_out_no
    left join rule_enrolment_code
        on
            rule_enrolment_code.business_date = cast($business_date as date)
            and missing.feed = 'enrolment'
            and missing.scope = rule_enrolment_code.code_system
            and missing.aspect = translate(rule_enrolment_code.status_code, ' ', '')
    left join rule_enrolment_status
        on
            rule_enrolment_status.business_date = cast($business_date as date)
            and rule_enrolment_code.canonical_status = rule_enrolment_status.canonical_status
            and rule_enrolment_status.effect = 'stop_contact'
    left join rule_contact_check as death_word
        on
            death_word.business_date = cast($business_date as date)
            and death_word.check_name = 'not_deceased'
            and missing.feed = 'enrolment'
            and regexp_matches(missing.aspect, death_word.pattern)
    left join rule_court_event
        on
            rule_court_event.business_date = cast($business_date as date)
            and missing.feed = 'legal_event'
            and missing.aspect = rule_court_event.event_kind
            and rule_court_event.effect in ('follows', 'suspends')
    where
        ended.feed is null
        and (
            missing.feed <> 'enrolment'
            or rule_enrolment_status.effect is not null
            or death_word.rule_id is not null
            or (
                rule_enrolment_code.status_code is null
                and not exists (
                    select 1
                    from retold as later
                    where
                        missing.feed = later.feed
                        and missing.record_key = later.record_key
                        and missing.received_on <= later.received_on
                )
            )
        )
        and (missing.feed <> 'legal_event' or rule_court_event.effect is not null)

),

holders as (

    select
        feed,
        record_key,
        customer_id,
        aspect,
        scope,
        starts_on,
        release_kind,
        received_on,
        line_no,
        left_out_no,
        told_no,
        load_no,
        happened
    from standing

    union

    -- A loan of somebody else is named: one of the two names is wrong, and nobody knows which.
    select
        standing.feed,
        standing.record_key,
        loan.customer_id,
        standing.aspect,
        standing.scope,
        standing.starts_on,
        standing.release_kind,
        standing.received_on,
        standing.line_no,
        standing.left_out_no,
        standing.told_no,
        standing.load_no,
        standing.happened
    from standing
    inner join loan
        on
            standing.loan_id = loan.loan_id
            and standing.customer_id <> loan.customer_id
    where loan.received_on <= cast($known_on as date)

)

select
    holders.feed,
    holders.record_key,
    holders.customer_id,
    holders.aspect,
    holders.happened,
    holders.starts_on,
    holders.received_on,
    holders.line_no,
    holders.left_out_no,
    holders.load_no
from holders
left join standing_release
    on
        holders.customer_id = standing_release.customer_id
        and standing_release.kind = 'taken_back'
        and standing_release.record_key = concat_ws(
            ' ', holders.feed, holders.record_key, cast(holders.received_on as varchar)
        )
        and holders.received_on <= standing_release.released_on
        and holders.load_no <= standing_release.known_load_no
-- What a person had released while it stood holds nobody when it goes.
left join standing_release as released_before
    on
        holders.customer_id = released_before.customer_id
        and holders.release_kind = released_before.kind
        and released_before.record_key = holders.feed || ' ' || holders.record_key
        and holders.received_on <= released_before.released_on
        and holders.told_no <= released_before.known_load_no
where
    standing_release.customer_id is null
    and released_before.customer_id is null
