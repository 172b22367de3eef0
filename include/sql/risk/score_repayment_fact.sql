-- score_repayment_fact: how punctually a customer has paid, and how far past due they are now.
--
-- An instalment was late if, at the close of its last day (due date, rolled, plus grace), more than
-- the tolerance was unpaid. Where every booking of a loan names its instalment, each instalment is
-- judged by its own bookings; otherwise by the money paid in all against all that had fallen due.
--
-- grain   customer_id
-- reads   current_loan, active_borrower, current_instalment, repayment, current_loan_delinquency,
--         rule_past_due, rule_due_date_roll, rule_parameter
-- write   temporary

with

span as (

    select
        cast(
            cast($business_date as date)
            - cast(round(value_number, 0) as integer) * interval 1 month as date
        ) as first_due_on
    from rule_parameter
    where
        business_date = cast($business_date as date)
        and pack = 'credit_score'
        and parameter = 'repayment_months'

),

loans as (

    -- After a loan has ended, what is left of its schedule is no longer asked for.
    select
        current_loan.loan_id,
        current_loan.customer_id,
        current_loan.product,
        case
            when current_loan.loan_status <> 'active' and current_loan.status_on is not null
                then current_loan.status_on
            else cast($business_date as date)
        end as asked_until,
        rules.tolerance_amount,
        rules.grace_days
    from current_loan
    inner join active_borrower
        on current_loan.customer_id = active_borrower.customer_id
    inner join rule_past_due as rules
        on
            current_loan.product = rules.product
            and rules.business_date = cast($business_date as date)
    where
        current_loan.loan_status = 'active'
        or (current_loan.loan_status <> 'cancelled' and current_loan.status_on is not null)

),

dues as (

    select
        loans.customer_id,
        instalment.loan_id,
        instalment.instalment_no,
        instalment.due_on,
        instalment.amount_due,
        loans.tolerance_amount,
        loans.asked_until,
        coalesce(rolled.effective_due_on, instalment.due_on) + loans.grace_days as last_day
    from current_instalment as instalment
    inner join loans
        on instalment.loan_id = loans.loan_id
    left join rule_due_date_roll as rolled
        on
            loans.product = rolled.product
            and instalment.due_on = rolled.due_on
            and rolled.business_date = cast($business_date as date)
    where
        instalment.due_on < cast($business_date as date)
        and instalment.amount_due > 0

),

judged as (

    select
        dues.customer_id,
        dues.loan_id,
        dues.instalment_no,
        dues.amount_due,
        dues.tolerance_amount,
        dues.last_day
    from dues
    inner join span
        on dues.due_on >= span.first_due_on
    where
        dues.last_day < cast($business_date as date)
        and dues.due_on < dues.asked_until

),

payments as (

    select
        loan_id,
        instalment_no,
        effective_on,
        signed_amount
    from repayment
    where
        received_on <= cast($business_date as date)
        and effective_on <= cast($business_date as date)

),

in_all_loans as (

    select distinct loan_id
    from payments
    where instalment_no is null

),

paid_by_name as (

    select
        judged.loan_id,
        judged.instalment_no,
        sum(payments.signed_amount) as paid_in_time
    from judged
    inner join payments
        on
            judged.loan_id = payments.loan_id
            and judged.instalment_no = payments.instalment_no
            and judged.last_day >= payments.effective_on
    group by judged.loan_id, judged.instalment_no

),

judged_by_name as (

    select
        judged.customer_id,
        case
            when
                judged.amount_due
                - coalesce(paid_by_name.paid_in_time, cast(0 as decimal(18, 2)))
                > judged.tolerance_amount
                then 1
            else 0
        end as late
    from judged
    left join in_all_loans
        on judged.loan_id = in_all_loans.loan_id
    left join paid_by_name
        on
            judged.loan_id = paid_by_name.loan_id
            and judged.instalment_no = paid_by_name.instalment_no
    where in_all_loans.loan_id is null

),

-- Money first within a day: what is paid on the last day is paid in time.
movements as (

    select
        payments.loan_id,
        payments.effective_on as moved_on,
        0 as turn,
        0 as instalment_no,
        payments.signed_amount as balance_change
    from payments
    inner join in_all_loans
        on payments.loan_id = in_all_loans.loan_id

    union all

    select
        dues.loan_id,
        dues.last_day as moved_on,
        1 as turn,
        dues.instalment_no,
        -dues.amount_due as balance_change
    from dues
    inner join in_all_loans
        on dues.loan_id = in_all_loans.loan_id

),

balances as (

    select
        loan_id,
        turn,
        instalment_no,
        sum(balance_change) over (
            partition by loan_id
            order by moved_on, turn, instalment_no
            rows between unbounded preceding and current row
        ) as balance
    from movements

),

judged_in_all as (

    select
        judged.customer_id,
        case when -balances.balance > judged.tolerance_amount then 1 else 0 end as late
    from balances
    inner join judged
        on
            balances.loan_id = judged.loan_id
            and balances.instalment_no = judged.instalment_no
    where balances.turn = 1

),

judgements as (

    select
        customer_id,
        late
    from judged_by_name

    union all

    select
        customer_id,
        late
    from judged_in_all

),

punctuality as (

    select
        customer_id,
        count(*) as instalments_due,
        sum(late) as instalments_late
    from judgements
    group by customer_id

),

arrears as (

    select
        customer_id,
        max(days_past_due) as days_past_due
    from current_loan_delinquency
    where business_date = cast($business_date as date)
    group by customer_id

)

select
    active_borrower.customer_id,
    cast(coalesce(punctuality.instalments_due, 0) as integer) as instalments_due,
    cast(coalesce(punctuality.instalments_late, 0) as integer) as instalments_late,
    cast(coalesce(arrears.days_past_due, 0) as integer) as days_past_due
from active_borrower
left join punctuality
    on active_borrower.customer_id = punctuality.customer_id
left join arrears
    on active_borrower.customer_id = arrears.customer_id
