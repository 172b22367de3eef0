-- hold: complaints, disputes, bankruptcies and plans, mostly of people who are behind.

with

reasons as (

    select
        loan_no,
        customer_no,
        draw('hold', loan_no) as hold_draw,
        draw('hold kind', loan_no) as kind_draw,
        draw('hold days', loan_no) as days_draw,
        case
            when outcome <> 'none' and draw('hold', loan_no) < 0.18
                then slid_on + whole(draw('hold on', loan_no), 8, 90)
            when draw('hold', loan_no) > 0.992
                then getvariable('opening') + whole(draw('hold on', loan_no), -200, 200)
        end as starts_on,
        disbursed_on
    from loan_book
    where not is_cancelled

),

holds as (

    select
        *,
        case
            when kind_draw < 0.40 then 'performing_plan'
            when kind_draw < 0.68 then 'complaint'
            when kind_draw < 0.92 then 'dispute'
            else 'bankruptcy'
        end as hold_kind,
        case
            when kind_draw < 0.40 then starts_on + whole(days_draw, 60, 180)
            when kind_draw < 0.92 then starts_on + whole(days_draw, 10, 60)
        end as ends_on
    from reasons
    where starts_on > disbursed_on

),

moments as (

    -- The end is known on the day it comes.
    select
        *,
        greatest(starts_on, getvariable('opening')) as known_on
    from holds

    union all

    select
        *,
        ends_on as known_on
    from holds
    where ends_on > getvariable('opening')

)

select
    known_on,
    'H' || digits(loan_no, 8) as hold_id,
    customer_ref(customer_no) as customer_id,
    -- A complaint or a bankruptcy is about the person, not about one loan.
    case when hold_kind in ('dispute', 'performing_plan') then loan_ref(loan_no) end as loan_id,
    hold_kind,
    starts_on,
    case when known_on >= ends_on then ends_on end as ends_on
from moments
