-- payment_plan: every instalment, and when and how it will be paid.
--
-- grain   loan_no, instalment_no
--
-- paid_on is the day of the last booking that pays the instalment; empty where none ever will.

with

numbered as (

    select
        *,
        unnest(range(1, periods + 1))::integer as instalment_no
    from loan_book
    where not is_cancelled

),

amounts as (

    select
        loan_no,
        customer_no,
        temper,
        product,
        instalment_no,
        disbursed_on,
        outcome,
        slide_from,
        slid_on,
        lag_days,
        prepay_from,
        prepaid_on,
        due_date(first_month, due_day, instalment_no) as due_on,
        -- Equal shares of principal; the last one takes what is left over.
        principal_cents // (periods - interest_only_periods) as share,
        case
            when instalment_no <= interest_only_periods then 0
            when instalment_no < periods then share
            else principal_cents - share * (periods - interest_only_periods - 1)
        end as principal,
        case
            when instalment_no <= free_periods then 0
            when product = 'cash_instalment'
                then principal_cents::bigint * interest_rate // 1000000
            else (
                principal_cents
                - share * greatest(instalment_no - 1 - interest_only_periods, 0)
            )::bigint * interest_rate // 1000000
        end::integer as interest,
        (principal_cents::bigint * fee_rate // 1000000)::integer as fee,
        draw_for('punctuality', loan_no, instalment_no) as punctuality,
        draw_for('days', loan_no, instalment_no) as days_draw,
        draw_for('manner', loan_no, instalment_no) as manner_draw,
        draw_for('step', loan_no, instalment_no) as step_draw,
        case temper when 'careful' then 0.06 when 'ordinary' then 0.20 else 0.35 end as late_share,
        case temper when 'careful' then 0.008 when 'ordinary' then 0.03 else 0.07 end
            as very_late_share
    from numbered

),

habits as (

    -- What the payer does as long as nothing is wrong: days after the due date.
    select
        *,
        case
            when punctuality < very_late_share then whole(days_draw, 15, 29)
            when punctuality < very_late_share + late_share then whole(days_draw, 1, 14)
            when punctuality > 0.88 then -whole(days_draw, 4, 10)
            when punctuality > 0.50 then 0
            else -whole(days_draw, 0, 3)
        end as habit_days
    from amounts

),

manners as (

    select
        *,
        case
            when principal + interest + fee = 0 then 'nothing due'
            when instalment_no >= prepay_from then 'lump'
            when instalment_no < slide_from or slide_from is null then
                case
                    when manner_draw < 0.008 then 'reversed'
                    when manner_draw < 0.15 then 'split'
                    else 'single'
                end
            when outcome = 'stops' then 'never'
            when outcome in ('catches up', 'stays behind') then 'behind'
            when due_on <= slid_on + lag_days then 'lump'
            else 'single'
        end as manner
    from habits

)

select
    loan_no,
    product,
    instalment_no,
    disbursed_on,
    due_on,
    principal,
    interest,
    fee,
    principal + interest + fee as amount,
    manner,
    case
        when manner in ('nothing due', 'never') then null
        when manner = 'lump' then coalesce(prepaid_on, slid_on + lag_days)
        when manner = 'behind' then
            due_on + case outcome
                when 'stays behind' then lag_days
                -- Two instalments a month until nothing is missing.
                else greatest(habit_days, lag_days - 15 * (instalment_no - slide_from))
            end
        when manner = 'reversed'
            then due_on + 2 + floor(step_draw * 5)::integer + whole(days_draw, 1, 14)
        else due_on + habit_days
    end as paid_on,
    -- The first of two payments, or the one that is going to be taken back.
    case
        when manner = 'reversed' then due_on - 1
        when manner = 'split' then due_on + least(habit_days, 0) - whole(step_draw, 1, 5)
    end as first_paid_on,
    case when manner = 'reversed' then due_on + 2 + floor(step_draw * 5)::integer end as reversed_on,
    case when manner = 'split' then amount * whole(days_draw, 30, 70) // 100 end as first_amount,
    -- One booking in a hundred reaches the books a few days after its value date.
    case
        when draw_for('late booking', loan_no, instalment_no) < 0.01
            then whole(days_draw, 1, 3)
        else 0
    end as booking_lag
from manners
