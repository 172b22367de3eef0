-- instalment_allocation: what is left of each instalment of the open loans, allocated in one pass.
--
-- Money that names an instalment pays that instalment. What names none, and what is left over,
-- pays the oldest instalments first. The order of components only divides what an instalment got.
--
-- Two kinds of loans are not finished here. From the day the order of payment may have turned round
-- (`turned_on`) payments are taken in turn; the rows show the state before that day. And where
-- residues within the tolerance decide whether an instalment is past due (`is_doubtful`), the rows
-- are not used: money passes over such a residue, so all payments are taken in turn.
--
-- grain   loan_id, instalment_no
-- reads   open_instalment, open_loan, waterfall_regime_change, open_payment
-- write   temporary

with

loans as (

    select
        open_loan.loan_id,
        open_loan.tolerance_amount,
        open_loan.fee_rank,
        open_loan.interest_rank,
        open_loan.principal_rank,
        waterfall_regime_change.turned_on,
        coalesce(waterfall_regime_change.turned_on + (-1), cast($business_date as date))
            as counted_to
    from open_loan
    left join waterfall_regime_change
        on open_loan.loan_id = waterfall_regime_change.loan_id

),

payments as (

    select
        open_payment.loan_id,
        open_payment.instalment_no,
        sum(open_payment.signed_amount) as amount
    from open_payment
    inner join loans
        on open_payment.loan_id = loans.loan_id
    where open_payment.effective_on <= loans.counted_to
    group by open_payment.loan_id, open_payment.instalment_no

),

paid as (

    select
        loan_id,
        sum(amount) as paid_in_all
    from payments
    group by loan_id

),

applied as (

    select
        open_instalment.loan_id,
        open_instalment.instalment_no,
        open_instalment.due_on,
        open_instalment.effective_due_on,
        open_instalment.amount_due,
        open_instalment.principal_due,
        open_instalment.interest_due,
        open_instalment.fee_due,
        least(
            coalesce(payments.amount, cast(0 as decimal(18, 2))), open_instalment.amount_due
        ) as paid_by_name,
        coalesce(paid.paid_in_all, cast(0 as decimal(18, 2))) as paid_in_all,
        loans.turned_on,
        loans.tolerance_amount,
        loans.fee_rank,
        loans.interest_rank,
        loans.principal_rank
    from open_instalment
    inner join loans
        on open_instalment.loan_id = loans.loan_id
    left join payments
        on
            open_instalment.loan_id = payments.loan_id
            and open_instalment.instalment_no = payments.instalment_no
    left join paid
        on open_instalment.loan_id = paid.loan_id

),

rests as (

    select
        loan_id,
        instalment_no,
        due_on,
        effective_due_on,
        amount_due,
        principal_due,
        interest_due,
        fee_due,
        turned_on,
        tolerance_amount,
        fee_rank,
        interest_rank,
        principal_rank,
        amount_due - paid_by_name as rest,
        sum(amount_due - paid_by_name) over (
            partition by loan_id
            order by due_on, instalment_no
            rows between unbounded preceding and current row
        ) as rest_up_to_here,
        count(case when amount_due > paid_by_name then 1 end) over (
            partition by loan_id
            order by due_on, instalment_no
            rows between unbounded preceding and current row
        ) as rests_up_to_here,
        paid_in_all - sum(paid_by_name) over (partition by loan_id) as not_applied_by_name
    from applied

),

unpaid as (

    select
        loan_id,
        instalment_no,
        due_on,
        effective_due_on,
        amount_due,
        principal_due,
        interest_due,
        fee_due,
        turned_on,
        tolerance_amount,
        fee_rank,
        interest_rank,
        principal_rank,
        rests_up_to_here - 1 as earlier_rests,
        rest_up_to_here - not_applied_by_name as not_covered,
        not_applied_by_name > 0 as has_unnamed_money,
        cast(
            greatest(
                least(rest, rest_up_to_here - not_applied_by_name),
                cast(0 as decimal(18, 2))
            ) as decimal(18, 2)
        ) as unpaid_amount
    from rests

),

ordered as (

    select
        loan_id,
        instalment_no,
        effective_due_on,
        amount_due,
        unpaid_amount,
        amount_due - unpaid_amount as paid_amount,
        coalesce(fee_due, cast(0 as decimal(18, 2))) as fee_due,
        coalesce(interest_due, cast(0 as decimal(18, 2))) as interest_due,
        coalesce(principal_due, cast(0 as decimal(18, 2))) as principal_due,
        coalesce(fee_due, interest_due, principal_due) is not null as has_split,
        turned_on,
        bool_or(
            has_unnamed_money
            and due_on < cast($past_due_before as date)
            and unpaid_amount > tolerance_amount
            and not_covered - tolerance_amount * earlier_rests <= tolerance_amount
        ) over (partition by loan_id) as is_doubtful,
        fee_rank,
        interest_rank,
        principal_rank
    from unpaid

),

-- What comes before a component in the order of payment is paid before it.
before_component as (

    select
        loan_id,
        instalment_no,
        effective_due_on,
        unpaid_amount,
        paid_amount,
        fee_due,
        interest_due,
        principal_due,
        has_split,
        turned_on,
        is_doubtful,
        case when interest_rank < fee_rank then interest_due else cast(0 as decimal(18, 2)) end
        + case when principal_rank < fee_rank then principal_due else cast(0 as decimal(18, 2)) end
            as before_fee,
        case when fee_rank < interest_rank then fee_due else cast(0 as decimal(18, 2)) end
        + case
            when principal_rank < interest_rank then principal_due else cast(0 as decimal(18, 2))
        end as before_interest,
        case when fee_rank < principal_rank then fee_due else cast(0 as decimal(18, 2)) end
        + case
            when interest_rank < principal_rank then interest_due else cast(0 as decimal(18, 2))
        end as before_principal
    from ordered

)

select
    loan_id,
    instalment_no,
    effective_due_on,
    turned_on,
    is_doubtful,
    unpaid_amount,
    cast(case
        when has_split
            then least(
                greatest(fee_due - (paid_amount - before_fee), cast(0 as decimal(18, 2))), fee_due
            )
    end as decimal(18, 2)) as unpaid_fee,
    cast(case
        when has_split
            then least(
                greatest(
                    interest_due - (paid_amount - before_interest), cast(0 as decimal(18, 2))
                ),
                interest_due
            )
    end as decimal(18, 2)) as unpaid_interest,
    cast(case
        when has_split
            then least(
                greatest(
                    principal_due - (paid_amount - before_principal), cast(0 as decimal(18, 2))
                ),
                principal_due
            )
    end as decimal(18, 2)) as unpaid_principal
from before_component
