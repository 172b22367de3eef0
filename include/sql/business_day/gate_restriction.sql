-- gate_restriction: what may restrict contact and is not known, in the figures the gate judges.
--
-- A source that delivered something for a date without the file of a feed says that nothing is new
-- there. Dates before a feed came for the first time are not missed, nor are those of which a
-- person has released the gate. A delivery that was refused, or a row that names nobody, counts
-- from the moment it came, whatever later date it is for, while contact of the business date goes
-- on. The detail says of which source and dates a finding is, for whoever has to ask the sender; the
-- evidence is another one as soon as anything else is found, though it be as much as before.
--
-- grain   check_name, feed, column_name
-- reads   unclear_row, unmended_refusal, delivery_not_loaded, delivery, rule_gate, business_day,
--         gate_release
-- write   view

with

-- The feeds of which a refused delivery, or silence, shuts the gate; and how long a silence may be.
asked as (

    select
        check_name,
        feed,
        limit_high
    from rule_gate
    where
        business_date = cast($business_date as date)
        and gate = 'restriction'

),

nameless as (

    select
        feed,
        count(*) as findings,
        min(source) as source,
        min(business_date) as first_on,
        max(business_date) as last_on,
        string_agg(
            concat_ws(' ', cast(business_date as varchar), file_sha256, cast(line_no as varchar)),
            ',' order by business_date, file_sha256, line_no
        ) as evidence
    from unclear_row
    where customer_id is null
    group by feed

),

refused as (

    select
        unmended_refusal.feed,
        count(*) as findings,
        min(unmended_refusal.source) as source,
        min(unmended_refusal.business_date) as first_on,
        max(unmended_refusal.business_date) as last_on,
        string_agg(
            concat_ws(
                ' ',
                cast(unmended_refusal.business_date as varchar),
                unmended_refusal.delivery_fingerprint,
                unmended_refusal.file_sha256,
                cast(unmended_refusal.revision_loaded as varchar),
                unmended_refusal.detail
            ),
            ',' order by
                unmended_refusal.business_date,
                unmended_refusal.delivery_fingerprint,
                unmended_refusal.file_sha256
        ) as evidence
    from unmended_refusal
    inner join asked
        on
            unmended_refusal.feed = asked.feed
            and asked.check_name = 'delivery_refused'
    where
        unmended_refusal.business_date <= cast($known_on as date)
        and unmended_refusal.may_tell
    group by unmended_refusal.feed

),

-- What was looked at when the date was judged; what lay there before the book is no part of it.
not_loaded as (

    select
        feed,
        count(*) as findings,
        min(source) as source,
        min(delivered_for) as first_on,
        max(delivered_for) as last_on,
        string_agg(
            concat_ws(' ', source, place, lies_as, content_sha256), ',' order by source, place
        ) as evidence
    from delivery_not_loaded
    where
        business_date = cast($business_date as date)
        and lies_as <> 'there_before'
    group by feed

),

heard as (

    select distinct
        source,
        business_date
    from delivery

),

listened_to as (

    select
        delivery.source,
        delivery.feed,
        asked.limit_high,
        min(delivery.business_date) as first_on
    from delivery
    inner join asked
        on
            delivery.feed = asked.feed
            and asked.check_name = 'source_heard'
    where delivery.business_date <= cast($business_date as date)
    group by delivery.source, delivery.feed, asked.limit_high

),

dates as (

    select distinct business_date
    from business_day
    where
        business_date < cast($business_date as date)
        and day_state <> 'skipped'

    union

    select cast($business_date as date) as business_date

),

moments as (

    select
        heard.source,
        dates.business_date,
        true as is_asked,
        cast(null as date) as heard_on
    from (select distinct source from listened_to) as heard
    cross join dates

    union all

    select
        source,
        business_date,
        false as is_asked,
        business_date as heard_on
    from heard
    where business_date <= cast($business_date as date)

),

last_heard as (

    select
        source,
        business_date,
        is_asked,
        max(heard_on) over (
            partition by source
            order by business_date
            range between unbounded preceding and current row
        ) as heard_on
    from moments

),

silences as (

    select
        listened_to.source,
        listened_to.feed,
        listened_to.limit_high,
        last_heard.business_date,
        last_heard.heard_on,
        cast(date_diff('day', last_heard.heard_on, last_heard.business_date) as integer) as days
    from listened_to
    inner join last_heard
        on
            listened_to.source = last_heard.source
            and listened_to.first_on <= last_heard.business_date
    where last_heard.is_asked

),

-- A person who releases one date has looked at it; whoever releases the earlier ones, at all.
released as (

    select
        silences.feed,
        silences.business_date
    from silences
    inner join gate_release
        on
            silences.feed = gate_release.feed
            and (
                (
                    gate_release.check_name = 'source_heard'
                    and silences.business_date = gate_release.business_date
                )
                or (
                    gate_release.check_name = 'dates_unheard'
                    and silences.business_date < gate_release.business_date
                )
            )
    where gate_release.business_date < cast($business_date as date)

),

unheard as (

    select
        silences.feed,
        count(*) as findings,
        min(silences.source) as source,
        min(silences.business_date) as first_on,
        max(silences.business_date) as last_on,
        string_agg(
            cast(silences.business_date as varchar), ',' order by silences.business_date
        ) as evidence
    from silences
    where
        silences.business_date < cast($business_date as date)
        and silences.days > silences.limit_high
        and not exists (
            select 1
            from released
            where
                silences.feed = released.feed
                and silences.business_date = released.business_date
        )
    group by silences.feed

),

found as (

    select
        'nameless_rows' as check_name,
        feed,
        findings,
        source,
        first_on,
        last_on,
        evidence
    from nameless

    union all

    select
        'delivery_refused' as check_name,
        feed,
        findings,
        source,
        first_on,
        last_on,
        evidence
    from refused

    union all

    select
        'delivery_not_loaded' as check_name,
        feed,
        findings,
        source,
        first_on,
        last_on,
        evidence
    from not_loaded

    union all

    select
        'dates_unheard' as check_name,
        feed,
        findings,
        source,
        first_on,
        last_on,
        evidence
    from unheard

)

select
    check_name,
    feed,
    'any' as column_name,
    findings as rows_seen,
    cast(findings as decimal(28, 4)) as observed,
    concat_ws(
        ' ‖ ',
        'source=' || source,
        'first_on=' || cast(first_on as varchar),
        case when last_on > first_on then 'last_on=' || cast(last_on as varchar) end
    ) as detail,
    md5(evidence) as evidence
from found

union all

select
    'source_heard' as check_name,
    feed,
    'any' as column_name,
    cast(0 as bigint) as rows_seen,
    cast(days as decimal(28, 4)) as observed,
    concat_ws(' ‖ ', 'source=' || source, 'heard_on=' || cast(heard_on as varchar)) as detail,
    md5(cast(heard_on as varchar)) as evidence
from silences
where business_date = cast($business_date as date)
