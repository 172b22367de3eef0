-- statement: a card's statement comes 20 days before its instalment falls due.
--
-- Whoever pays the minimum carries the rest of the principal along; all others owe what they were
-- billed. What was not paid is asked for again.

with

cards as (

    select
        plan.loan_no,
        plan.instalment_no,
        plan.due_on,
        plan.due_on - 20 as statement_on,
        plan.amount,
        loan.principal_cents,
        outcome.known_on as left_on,
        case
            when loan.pays_minimum then
                sum(plan.principal) over (
                    partition by plan.loan_no
                    order by plan.instalment_no desc
                    rows between unbounded preceding and 1 preceding
                )
        end as carried,
        sum(plan.amount) over (
            partition by plan.loan_no
            order by plan.instalment_no
            rows between unbounded preceding and 1 preceding
        ) as billed_before
    from payment_plan as plan
    inner join loan_book as loan
        on plan.loan_no = loan.loan_no
    left join loan_outcome as outcome
        on plan.loan_no = outcome.loan_no
    where
        plan.product = 'credit_card'
        and plan.due_on - 20 <= getvariable('last_date')
        and loan.matures_on - 20 > getvariable('opening') - 183
        and (outcome.known_on is null or outcome.known_on > getvariable('opening') - 183)

),

paid as (

    -- Each payment shows on the first statement after it.
    select
        cards.loan_no,
        cards.instalment_no,
        sum(
            case when booking.reverses_step is null then booking.amount else -booking.amount end
        ) as paid
    from (select * from booking semi join cards using (loan_no)) as booking
    asof join cards
        on booking.loan_no = cards.loan_no and booking.known_on <= cards.statement_on
    group by cards.loan_no, cards.instalment_no

),

accounts as (

    select
        cards.*,
        coalesce(paid.paid, 0) as paid,
        greatest(
            coalesce(cards.billed_before, 0)
            - coalesce(sum(paid.paid) over (
                partition by cards.loan_no
                order by cards.instalment_no
            ), 0),
            0
        ) as arrears
    from cards
    left join paid
        on cards.loan_no = paid.loan_no and cards.instalment_no = paid.instalment_no

),

statements as (

    select
        *,
        amount + arrears as minimum_due,
        amount + arrears + coalesce(carried, 0) as balance,
        lag(amount + arrears + coalesce(carried, 0)) over (
            partition by loan_no
            order by instalment_no
        ) as previous_balance
    from accounts

)

select
    greatest(statement_on, getvariable('opening')) as known_on,
    loan_ref(loan_no) as loan_id,
    statement_on,
    due_on,
    yuan(balance) as statement_balance,
    yuan(minimum_due) as minimum_due,
    yuan(previous_balance) as previous_balance,
    case when previous_balance is not null then yuan(paid) end as paid_since_previous,
    yuan(principal_cents) as credit_limit
from statements
where
    -- The book brings half a year of them.
    statement_on > getvariable('opening') - 183
    and (left_on is null or statement_on <= left_on)
