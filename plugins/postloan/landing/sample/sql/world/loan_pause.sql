-- loan_pause: moratoria, disputes, courts and disasters that stop the days of a loan, mostly of people
-- who are behind.
--
-- grain   loan_no

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

)

select
    loan_no,
    starts_on,
    starts_on + whole(days_draw, 10, 90) as ends_on,
    case
        when kind_draw < 0.40 then 'moratorium'
        when kind_draw < 0.60 then 'dispute'
        when kind_draw < 0.80 then 'court'
        else 'disaster'
    end as pause_reason,
    -- Every second pause is entered days after it began.
    starts_on + case when late_draw < 0.5 then whole(late_draw * 2, 1, 10) else 0 end as entered_on
from reasons
where starts_on > disbursed_on
