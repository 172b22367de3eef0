-- booking: every repayment and reversal.
--
-- grain   loan_no, plan_no, step (plan_no 0 stands for several instalments paid at once)

with

known_plan as (

    select
        plan.*,
        loan.is_nameless,
        loan.pays_minimum
        -- Minimum payers do so for five statements in a row, then pay in full for five.
        and (plan.instalment_no // 5 + plan.loan_no) % 2 = 0 as is_minimum
    from payment_plan as plan
    inner join loan_book as loan
        on plan.loan_no = loan.loan_no
    where plan.due_on <= getvariable('last_date') + 30

),

whole_payments as (

    select
        loan_no,
        instalment_no as plan_no,
        1 as step,
        is_nameless,
        paid_on,
        amount,
        case
            when is_minimum then 'minimum'
            when paid_on < due_on - 3 then 'early'
            else 'regular'
        end as payment_type,
        null::integer as reverses_step,
        paid_on + booking_lag as known_on
    from known_plan
    where manner in ('single', 'behind')

),

lump_payments as (

    select
        loan_no,
        0 as plan_no,
        1 as step,
        true as is_nameless,
        paid_on,
        sum(amount)::integer as amount,
        case when max(due_on) > paid_on then 'early' else 'regular' end as payment_type,
        null::integer as reverses_step,
        max(paid_on + booking_lag) as known_on
    from payment_plan
    where manner = 'lump'
    group by loan_no, paid_on

),

first_parts as (

    select
        loan_no,
        instalment_no,
        1,
        is_nameless,
        first_paid_on,
        first_amount,
        'partial',
        null::integer,
        first_paid_on
    from known_plan
    where manner = 'split'

),

second_parts as (

    select
        loan_no,
        instalment_no,
        2,
        is_nameless,
        paid_on,
        amount - first_amount,
        'partial',
        null::integer,
        paid_on + booking_lag
    from known_plan
    where manner = 'split'

),

taken_back as (

    select
        loan_no,
        instalment_no,
        unnest([1, 2, 3]) as step,
        is_nameless,
        unnest([first_paid_on, reversed_on, paid_on]) as paid_on,
        amount,
        'regular',
        unnest([null, 1, null])::integer,
        unnest([first_paid_on, reversed_on, paid_on + booking_lag])
    from known_plan
    where manner = 'reversed'

),

last_efforts as (

    -- Some who stop still send a part of the first instalment they missed.
    select
        loan_no,
        instalment_no,
        1,
        false,
        due_on + whole(draw('effort on', loan_no), 8, 70),
        amount * whole(draw('effort', loan_no), 20, 80) // 100,
        'partial',
        null::integer,
        due_on + whole(draw('effort on', loan_no), 8, 70)
    from known_plan
    inner join loan_book using (loan_no)
    where
        known_plan.manner = 'never'
        and known_plan.instalment_no = loan_book.slide_from
        and draw('makes an effort', loan_no) < 0.3

),

all_bookings as (

    select * from whole_payments
    union all
    select * from lump_payments
    union all
    select * from first_parts
    union all
    select * from second_parts
    union all
    select * from taken_back
    union all
    select * from last_efforts

)

select
    *,
    -- The payer or the core names an instalment; some transfers do not say.
    case
        when not is_nameless and draw_for('no name', loan_no, plan_no) >= 0.02 then plan_no
    end as instalment_no
from all_bookings
where known_on <= getvariable('last_date') and amount > 0
