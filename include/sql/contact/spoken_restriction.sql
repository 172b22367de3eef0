-- spoken_restriction: everything that feeds have told of protections, whether it stands, was replaced
-- or was left out, as it counts by the rules of the day.
--
-- Doubtful is what contradicts itself, starts further ahead than the rule lets it, or ends by a day
-- that was told long after it came. It counts from the day it was told; an end of that kind, or one
-- of a complaint that lies too far ahead, is none, and a promise lasts as long as the rule lets one.
-- What was over when it was told and then left out ends nothing: it was taken back itself.
--
-- grain   feed, record_key, received_on, left_out_no
-- reads   told_restriction, left_out_restriction, late_end, contact_check_rule
-- write   view

with

told as (

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

ruled as (

    select
        'hold' as feed,
        subject as told_as,
        most_days_ahead,
        longest_days
    from contact_check_rule
    where check_name = 'no_hold'

    union all

    select
        'pause' as feed,
        'pause' as told_as,
        min(most_days_ahead) as most_days_ahead,
        max(longest_days) as longest_days
    from contact_check_rule
    where check_name = 'not_paused'

    union all

    select
        'consent' as feed,
        subject as told_as,
        min(most_days_ahead) as most_days_ahead,
        max(longest_days) as longest_days
    from contact_check_rule
    where check_name in ('consent', 'not_withdrawn')
    group by subject

),

judged as (

    select
        told.feed,
        told.record_key,
        told.customer_id,
        told.loan_id,
        told.aspect,
        told.scope,
        told.starts_on,
        told.ends_on,
        told.is_protecting,
        told.release_kind,
        told.received_on,
        told.line_no,
        told.left_out_no,
        told.told_no,
        late_end.feed is not null as is_late,
        told.feed in ('hold', 'pause')
        and coalesce(told.release_kind = 'doubtful_hold', false) as contradicts,
        told.feed in ('hold', 'pause', 'consent')
        and coalesce(told.starts_on > told.received_on + ruled.most_days_ahead, false)
            as is_far_ahead,
        told.feed = 'complaint'
        and coalesce(told.ends_on > told.received_on + ruled.most_days_ahead, false)
            as ends_far_ahead,
        ruled.longest_days
    from told
    left join ruled
        on
            case when told.feed in ('pause', 'consent') then told.feed else 'hold' end = ruled.feed
            and case when told.feed = 'consent' then told.scope else told.aspect end
            = ruled.told_as
    left join late_end
        on
            told.feed = late_end.feed
            and told.record_key = late_end.record_key
            -- A promise is kept through the day it is due.
            and told.ends_on - case when told.feed = 'promise_to_pay' then 1 else 0 end
            = late_end.ends_on

)

select
    feed,
    record_key,
    customer_id,
    loan_id,
    aspect,
    scope,
    starts_on,
    case
        when feed = 'promise_to_pay' and is_late then received_on + longest_days + 1
        when not is_late and not ends_far_ahead then ends_on
    end as ends_on,
    is_protecting,
    case
        when feed in ('hold', 'pause') and is_late then 'doubtful_hold'
        else release_kind
    end as release_kind,
    received_on,
    line_no,
    left_out_no,
    told_no,
    is_late or contradicts or is_far_ahead as counts_at_once,
    (is_protecting or ends_on is not null)
    and (left_out_no is null or coalesce(ends_on > received_on, true)) as can_end
from judged
