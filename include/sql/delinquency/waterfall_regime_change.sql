-- waterfall_regime_change: loans that were paid something when the order of payment may have turned round.
--
-- Looks at each payment as of its own value date, with the same cheap sum that finds loans with a
-- shortfall: it may name a loan too many, never one too few.
--
-- grain   loan_id
-- reads   open_loan, open_instalment, open_payment
-- write   temporary

with

payments as (

    select
        open_payment.loan_id,
        open_payment.effective_on,
        open_payment.instalment_due_on,
        open_payment.signed_amount,
        open_loan.due_date_counts_as + 1 - open_loan.order_turns_from as reach
    from open_payment
    inner join open_loan
        on open_payment.loan_id = open_loan.loan_id
    where open_loan.order_turns_from is not null

),

moments as (

    select distinct
        loan_id,
        effective_on,
        effective_on + reach as due_before
    from payments

),

owed as (

    select
        moments.loan_id,
        moments.effective_on,
        sum(open_instalment.amount_due) as amount
    from moments
    inner join open_instalment
        on
            moments.loan_id = open_instalment.loan_id
            and moments.due_before > open_instalment.due_on
    group by moments.loan_id, moments.effective_on

),

paid as (

    select
        moments.loan_id,
        moments.effective_on,
        sum(payments.signed_amount) as amount
    from moments
    inner join payments
        on
            moments.loan_id = payments.loan_id
            and moments.effective_on > payments.effective_on
            and (
                payments.instalment_due_on is null
                or moments.due_before > payments.instalment_due_on
            )
    group by moments.loan_id, moments.effective_on

)

select
    owed.loan_id,
    min(owed.effective_on) as turned_on
from owed
left join paid
    on
        owed.loan_id = paid.loan_id
        and owed.effective_on = paid.effective_on
where owed.amount > coalesce(paid.amount, cast(0 as decimal(18, 2)))
group by owed.loan_id
