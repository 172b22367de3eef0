-- loan_book: the terms of every loan, and what its payer is going to do.
--
-- grain   loan_no
--
-- Loans start evenly over 1.75 times their own term up to the last date, so that two fifths of
-- the book have run off and the rest is of every age: the book is in balance on any date.

with

drawn as (

    select
        loan_no,
        -- Every customer has a loan; the loans beyond that are second and third ones.
        case
            when loan_no <= getvariable('customers') then loan_no
            else whole(draw('owner', loan_no), 1, getvariable('customers')::integer)::bigint
        end as customer_no
    from range(1, getvariable('loans') + 1) as loans (loan_no)

),

products as (

    select
        loan_no,
        customer_no,
        temper_of(customer_no) as temper,
        case
            when group_of(customer_no) = 'student' then
                case
                    when draw('product', loan_no) < 0.78 then 'student'
                    when draw('product', loan_no) < 0.90 then 'consumer'
                    else 'credit_card'
                end
            when draw('product', loan_no) < 0.38 then 'consumer'
            when draw('product', loan_no) < 0.69 then 'cash_instalment'
            else 'credit_card'
        end as product
    from drawn

),

terms as (

    select
        *,
        case product
            when 'student' then pick([24, 24, 36, 36], draw('term', loan_no))
            when 'consumer' then pick([12, 12, 12, 24, 24], draw('term', loan_no))
            when 'cash_instalment' then pick([6, 6, 9, 12, 12], draw('term', loan_no))
            else pick([12, 18, 24, 24], draw('term', loan_no))
        end as periods,
        100 * 100 * case product
            when 'student' then whole(draw('amount', loan_no), 40, 160)
            when 'consumer' then whole(draw('amount', loan_no), 50, 600)
            when 'cash_instalment' then whole(draw('amount', loan_no), 10, 150)
            else whole(draw('amount', loan_no), 20, 250)
        end as principal_cents,
        -- Per month and million of what it is charged on.
        case product
            when 'student' then 2750
            when 'consumer' then whole(draw('rate', loan_no), 60, 130) * 100
            when 'cash_instalment' then 6000
            else 15000
        end as interest_rate,
        case product when 'cash_instalment' then 3000 when 'credit_card' then 500 else 0 end
            as fee_rate,
        1 + floor(draw('due day', loan_no) * 31)::integer as due_day,
        -- A drawdown that was called off before it was paid out.
        draw('cancelled', loan_no) < 0.003 as is_cancelled
    from products

),

starts as (

    select
        *,
        getvariable('last_date')
        - floor(draw('start', loan_no) * periods * 30.44 * 1.75)::integer as disbursed_on,
        -- Students: the state pays the interest at first, then interest alone is due.
        case product when 'student' then periods // 6 else 0 end as free_periods,
        case product when 'student' then periods // 3 else 0 end as interest_only_periods
    from terms

),

calendars as (

    -- Never less than 20 days between the money and the first due date.
    select
        *,
        month_no(disbursed_on)
        + case when due_day + 30 - extract('day' from disbursed_on) >= 20 then 1 else 2 end
            as first_month,
        -- The chance that a payer who was in step stops at any one instalment.
        case temper when 'careful' then 0.0035 when 'ordinary' then 0.013 else 0.05 end
            as slide_hazard
    from starts

),

slides as (

    select
        *,
        free_periods + 1 + floor(draw('slide', loan_no) / slide_hazard)::integer as slide_from,
        draw('outcome', loan_no) as outcome_draw,
        draw('lag', loan_no) as lag_draw,
        case
            when draw('prepay', loan_no) < 0.06 and product <> 'credit_card'
                then free_periods + 2 + floor(draw('prepay at', loan_no) * periods * 0.8)::integer
        end as prepay_from
    from calendars

),

outcomes as (

    select
        *,
        case
            when slide_from > periods then 'none'
            when outcome_draw < 0.25 then 'stops'
            when outcome_draw < 0.62 then 'cures late'
            when outcome_draw < 0.84 then 'cures'
            when outcome_draw < 0.91 then 'cures in the second month'
            when outcome_draw < 0.98 then 'catches up'
            else 'stays behind'
        end as outcome
    from slides

)

select
    loan_no,
    customer_no,
    temper,
    product,
    periods,
    principal_cents,
    interest_rate,
    fee_rate,
    due_day,
    is_cancelled,
    disbursed_on,
    free_periods,
    interest_only_periods,
    first_month,
    due_date(first_month, due_day, periods) as matures_on,
    outcome,
    case when outcome <> 'none' then slide_from end as slide_from,
    case when outcome <> 'none' then due_date(first_month, due_day, slide_from) end as slid_on,
    case outcome
        when 'cures' then whole(lag_draw, 31, 59)
        when 'cures in the second month' then whole(lag_draw, 60, 89)
        when 'cures late' then whole(lag_draw, 91, 125)
        when 'catches up' then whole(lag_draw, 40, 85)
        when 'stays behind' then whole(lag_draw, 35, 70)
        -- Written off after half a year.
        when 'stops' then whole(lag_draw, 181, 200)
    end as lag_days,
    -- Whoever is going to slide first does not prepay.
    case
        when prepay_from <= periods and (outcome = 'none' or slide_from > prepay_from)
            then prepay_from
    end as prepay_from,
    case
        when prepay_from <= periods and (outcome = 'none' or slide_from > prepay_from)
            then due_date(first_month, due_day, prepay_from)
                - whole(draw('prepay on', loan_no), 0, 12)
    end as prepaid_on,
    -- Payers whose transfers never say which instalment they are for.
    draw('nameless', loan_no) < 0.06 as is_nameless,
    draw('minimum payer', loan_no) < 0.35 and product = 'credit_card' as pays_minimum
from outcomes
