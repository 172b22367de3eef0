-- late_end: ends of holds, pauses and promises that were told long after they came: the year may be
-- mistyped.
--
-- Counted is the day an end was first told, so one that is sent again is no news. What the first
-- delivery of a feed tells is history. A hold or pause that ends on its first day was taken back.
--
-- grain   feed, record_key, ends_on
-- reads   hold, pause, promise_to_pay, told_load, contact_check_rule
-- write   view

with

told as (

    select
        'hold' as feed,
        hold_id as record_key,
        'no_hold' as check_name,
        hold_kind as subject,
        ends_on,
        received_on
    from hold
    where ends_on <> starts_on

    union all

    select
        'pause' as feed,
        pause_id as record_key,
        'not_paused' as check_name,
        'any' as subject,
        ends_on,
        received_on
    from pause
    where ends_on <> starts_on

    union all

    select
        'promise_to_pay' as feed,
        promise_id as record_key,
        'no_hold' as check_name,
        'promise_to_pay' as subject,
        due_on as ends_on,
        received_on
    from promise_to_pay

),

first_told as (

    select
        feed,
        record_key,
        check_name,
        min(subject) as subject,
        ends_on,
        min(received_on) as told_on
    from told
    where
        ends_on is not null
        and received_on <= cast($known_on as date)
    group by feed, record_key, check_name, ends_on

),

histories as (

    select
        feed,
        min(received_on) as received_on
    from told_load
    group by feed

)

select
    first_told.feed,
    first_told.record_key,
    first_told.ends_on,
    first_told.told_on
from first_told
inner join histories
    on
        first_told.feed = histories.feed
        and first_told.told_on > histories.received_on
inner join contact_check_rule
    on
        first_told.check_name = contact_check_rule.check_name
        and first_told.subject = contact_check_rule.subject
        and first_told.ends_on < first_told.told_on - contact_check_rule.most_days_late
