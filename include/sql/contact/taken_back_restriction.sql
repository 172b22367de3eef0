-- taken_back_restriction: protections that were told and then neither ended nor sent again, only
-- left out or told otherwise under the same key. They hold on until they are sent again, a row ends
-- them in words, or a person releases them; what is doubtful as well.
--
-- Of codes of registries those hold that tell of a death, by code or in words, and those that nobody
-- can read while no later row tells of the same enrolment. Of courts what goes on holds, and what is
-- unclear and was left out, while nothing else is told of the same event.
--
-- grain   feed, record_key, received_on, left_out_no, customer_id
-- reads   missing_restriction, ended_restriction, told_restriction, loan, rule_enrolment_code,
--         rule_enrolment_status, rule_contact_check, rule_court_event, standing_release
-- write   temporary

with

retold as (

    select
        feed,
        record_key,
        max(received_on) as received_on
    from told_restriction
    where feed in ('enrolment', 'legal_event')
    group by feed, record_key

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
    from missing_restriction as missing
    left join ended_restriction as ended
        on
            missing.feed = ended.feed
            and missing.record_key = ended.record_key
            and missing.received_on = ended.received_on
            and coalesce(missing.left_out_no, 0) = ended.left_out_no
    left join retold
        on
            missing.feed = retold.feed
            and missing.record_key = retold.record_key
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
            and (
                rule_court_event.effect in ('begins', 'follows', 'suspends')
                or (missing.release_kind = 'doubtful_hold' and missing.left_out_no is not null)
            )
    where
        ended.feed is null
        and (
            missing.feed <> 'enrolment'
            or rule_enrolment_status.effect is not null
            or death_word.rule_id is not null
            or (
                rule_enrolment_code.status_code is null
                and coalesce(retold.received_on < missing.received_on, true)
            )
        )
        and (
            missing.feed <> 'legal_event'
            or rule_court_event.effect in ('begins', 'follows', 'suspends')
            or (
                rule_court_event.effect is not null
                and coalesce(retold.received_on < missing.received_on, true)
            )
        )

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
