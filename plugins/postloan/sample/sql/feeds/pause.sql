-- pause: moratoria, disputes, courts and disasters that stop the days of a loan, mostly of people
-- who are behind.

with

reasons as (

    select
        loan_no,
        disbursed_on,
        draw('pause days', loan_no) as days_draw,
        draw('pause kind', loan_no) as kind_draw,
        draw('pause late', loan_no) as late_draw,
        case
            when outcome <> 'none' and draw('pause', loan_no) < 0.12
                then slid_on + whole(draw('pause on', loan_no), 5, 60)
            when draw('pause', loan_no) > 0.997
                then getvariable('opening') + whole(draw('pause on', loan_no), -100, 200)
        end as starts_on
    from loan_book
    where not is_cancelled

),

pauses as (

    select
        *,
        case
            when kind_draw < 0.40 then 'moratorium'
            when kind_draw < 0.60 then 'dispute'
            when kind_draw < 0.80 then 'court'
            else 'disaster'
        end as pause_reason,
        starts_on + whole(days_draw, 10, 90) as last_day_after,
        -- Every second pause is entered days after it began.
        starts_on + case when late_draw < 0.5 then whole(late_draw * 2, 1, 10) else 0 end
            as entered_on
    from reasons
    where starts_on > disbursed_on

),

moments as (

    -- A moratorium is granted for a time; the end of the others is known on the day it comes.
    select
        *,
        greatest(entered_on, getvariable('opening')) as known_on,
        case when pause_reason = 'moratorium' then last_day_after end as known_end
    from pauses

    union all

    select
        *,
        greatest(last_day_after, entered_on + 1) as known_on,
        last_day_after as known_end
    from pauses
    where
        pause_reason <> 'moratorium'
        and greatest(last_day_after, entered_on + 1) > getvariable('opening')

)

select
    known_on,
    'P' || digits(loan_no, 8) as pause_id,
    loan_ref(loan_no) as loan_id,
    starts_on,
    case when known_on >= last_day_after then last_day_after else known_end end as ends_on,
    pause_reason
from moments
