-- customer_preference: a few customers say how and when they wish to be contacted.
--
-- A channel is unwanted only where nobody is on record as having been tried by it.

with

asking as (

    select
        customer_no,
        died_on,
        since,
        draw('preference kind', customer_no) as kind_draw,
        getvariable('opening') + whole(draw('preference on', customer_no), -300, 200) as told_on,
        case
            when draw('preference lapses', customer_no) < 0.2
                then getvariable('opening') + whole(draw('preference end', customer_no), 1, 300)
        end as ends_on
    from borrower
    where draw('has preference', customer_no) < 0.10

),

wishes as (

    select
        *,
        case
            when kind_draw < 0.4 then 'any'
            else pick(
                ['phone', 'sms', 'email', 'app_push', 'letter', 'field_visit'],
                draw('preference channel', customer_no)
            )
        end as channel,
        case
            when kind_draw < 0.4 then 'accepted'
            when kind_draw > 0.8 and customer_no not in (select customer_no from contact_attempt)
                then 'unwanted'
            else 'preferred'
        end as wish
    from asking
    where told_on > since and (died_on is null or told_on < died_on)

),

moments as (

    select
        *,
        greatest(told_on, getvariable('opening')) as known_on
    from wishes

    union all

    -- The end is known on the day it comes.
    select
        *,
        ends_on as known_on
    from wishes
    where ends_on > told_on and (died_on is null or ends_on < died_on)

)

select
    known_on,
    customer_ref(customer_no) as customer_id,
    channel,
    wish,
    case
        when kind_draw < 0.3
            then pick(['09:00', '12:00', '17:30', '19:00'], draw('preference hours', customer_no))
    end as agreed_from,
    case
        when kind_draw < 0.3
            then pick(['11:30', '13:30', '20:00', '21:00'], draw('preference hours', customer_no))
    end as agreed_until,
    case when draw('preference clock', customer_no) < 0.1 then 'Asia/Urumqi' end as time_zone,
    case
        when draw('preference language', customer_no) < 0.10 then 'en'
        when draw('preference language', customer_no) < 0.15 then 'ug-CN'
        when draw('preference language', customer_no) < 0.40 then 'zh'
    end as language,
    told_on,
    case when known_on >= ends_on then ends_on end as ends_on
from moments
