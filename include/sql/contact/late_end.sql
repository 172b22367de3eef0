-- late_end: ends of holds, pauses and promises that were told long after they came: the year may be
-- mistyped; and ends on the first day of what was never told to last.
--
-- Counted is the day an end was first told, so one that is sent again is no news. What the first
-- delivery of a feed tells is history, if it was over by then. A hold or pause that ends on its
-- first day was taken back, if it had been told of that customer, or that loan, to last longer.
--
-- grain   feed, record_key, ends_on
-- reads   hold, pause, promise_to_pay, left_out_restriction, feed_beginning, contact_check_rule
-- write   view

with

told as (

    select
        'hold' as feed,
        hold_id as record_key,
        'no_hold' as check_name,
        hold_kind as subject,
        customer_id as told_of,
        starts_on,
        ends_on,
        received_on
    from hold

    union all

    select
        'pause' as feed,
        pause_id as record_key,
        'not_paused' as check_name,
        'any' as subject,
        loan_id as told_of,
        starts_on,
        ends_on,
        received_on
    from pause

    union all

    select
        'promise_to_pay' as feed,
        promise_id as record_key,
        'no_hold' as check_name,
        'promise_to_pay' as subject,
        loan_id as told_of,
        cast(null as date) as starts_on,
        due_on as ends_on,
        received_on
    from promise_to_pay

    union all

    -- What a delivery has left out of the one it replaces was told all the same.
    select
        feed,
        record_key,
        case when feed = 'pause' then 'not_paused' else 'no_hold' end as check_name,
        case when feed = 'pause' then 'any' else aspect end as subject,
        case when feed = 'hold' then customer_id else loan_id end as told_of,
        case when feed <> 'promise_to_pay' then starts_on end as starts_on,
        -- A promise is kept through the day it is due.
        ends_on - case when feed = 'promise_to_pay' then 1 else 0 end as ends_on,
        received_on
    from left_out_restriction
    where feed in ('hold', 'pause', 'promise_to_pay')

),

told_to_last as (

    select distinct
        feed,
        record_key,
        told_of
    from told
    where
        feed in ('hold', 'pause')
        and received_on <= cast($known_on as date)
        and (ends_on is null or ends_on > starts_on)

),

ends as (

    select
        told.feed,
        told.record_key,
        told.check_name,
        told.subject,
        told.ends_on,
        told.received_on,
        coalesce(told.ends_on = told.starts_on, false) as is_first_day
    from told
    left join told_to_last
        on
            told.feed = told_to_last.feed
            and told.record_key = told_to_last.record_key
            and told.told_of = told_to_last.told_of
    where
        told.ends_on is not null
        and told.received_on <= cast($known_on as date)
        and (told_to_last.feed is null or coalesce(told.ends_on <> told.starts_on, true))

),

first_told as (

    select
        feed,
        record_key,
        check_name,
        min(subject) as subject,
        ends_on,
        bool_or(is_first_day) as is_first_day,
        min(received_on) as told_on
    from ends
    group by feed, record_key, check_name, ends_on

)

select
    first_told.feed,
    first_told.record_key,
    first_told.ends_on,
    first_told.told_on
from first_told
inner join feed_beginning
    on
        first_told.feed = feed_beginning.feed
        and (
            first_told.told_on > feed_beginning.began_on
            or (first_told.is_first_day and first_told.ends_on >= first_told.told_on)
        )
inner join contact_check_rule
    on
        first_told.check_name = contact_check_rule.check_name
        and first_told.subject = contact_check_rule.subject
        and (
            first_told.is_first_day
            or first_told.ends_on < first_told.told_on - contact_check_rule.most_days_late
        )
