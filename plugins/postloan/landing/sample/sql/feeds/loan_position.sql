-- loan_position: what the core says of every active loan at the close of every day.
--
-- Told from what the payers are going to do, not from the bookings: whoever works the same figures
-- out of schedules and repayments has something independent to compare them with.

with

closes as (

    select unnest(
        range(getvariable('opening'), getvariable('last_date') + 1, interval 1 day)
    )::date as as_of_on

),

-- Up to two times at which money for an instalment reaches the books, and one at which it leaves.
moments as (

    select
        plan.loan_no,
        plan.due_on,
        plan.principal,
        plan.interest + plan.fee as charges,
        plan.amount,
        case plan.manner
            when 'split' then plan.first_paid_on
            when 'reversed' then plan.first_paid_on
            when 'never' then
                case
                    when
                        plan.instalment_no = loan.slide_from
                        and draw('makes an effort', plan.loan_no) < 0.3
                        then plan.due_on + whole(draw('effort on', plan.loan_no), 8, 70)
                end
        end as first_on,
        case plan.manner
            when 'split' then plan.first_amount
            when 'reversed' then plan.amount
            else plan.amount * whole(draw('effort', plan.loan_no), 20, 80) // 100
        end as first_amount,
        plan.reversed_on,
        case
            -- A lump is booked once, when the last of its parts is.
            when plan.manner = 'lump'
                then max(plan.paid_on + plan.booking_lag) over (
                    partition by plan.loan_no, plan.manner, plan.paid_on
                )
            else plan.paid_on + plan.booking_lag
        end as settled_on
    from payment_plan as plan
    inner join loan_book as loan
        on plan.loan_no = loan.loan_no

),

paid as (

    select
        moments.loan_no,
        closes.as_of_on,
        moments.due_on,
        moments.principal,
        moments.charges,
        moments.amount,
        case
            when moments.settled_on <= closes.as_of_on then moments.amount
            when
                moments.first_on <= closes.as_of_on
                and (moments.reversed_on is null or moments.reversed_on > closes.as_of_on)
                then moments.first_amount
            else 0
        end as paid
    from moments
    cross join closes
    where moments.due_on < closes.as_of_on or least(moments.first_on, moments.settled_on) <= closes.as_of_on

),

counted as (

    select
        loan_no,
        as_of_on,
        -- A rest of up to one yuan is not chased.
        min(case when due_on < as_of_on and amount - paid > 100 then due_on end) as owed_since,
        sum(case when due_on < as_of_on then amount - paid else 0 end) as owed,
        -- Fees and interest are paid before the principal.
        sum(least(greatest(paid - charges, 0), principal)) as principal_paid
    from paid
    group by loan_no, as_of_on

)

select
    closes.as_of_on as known_on,
    loan_ref(loan.loan_no) as loan_id,
    closes.as_of_on,
    coalesce(closes.as_of_on - counted.owed_since, 0) as days_past_due,
    yuan(case when counted.owed_since is null then 0 else counted.owed end) as overdue_amount,
    yuan(loan.principal_cents - coalesce(counted.principal_paid, 0)) as principal_outstanding
from loan_book as loan
inner join closes
    on loan.disbursed_on <= closes.as_of_on
left join loan_outcome as outcome
    on loan.loan_no = outcome.loan_no
left join counted
    on loan.loan_no = counted.loan_no and closes.as_of_on = counted.as_of_on
where outcome.known_on is null or outcome.known_on > closes.as_of_on
