-- multi_lender_exposure: what an active borrower owes elsewhere, beside what they owe us and earn.
--
-- Income is averaged over the last complete months that are known. Without known income, or with
-- none at all, there is no share of it; the counts of lenders then speak alone.
--
-- grain   customer_id
-- reads   bureau_exposure, current_loan, current_instalment, current_customer_income,
--         rule_parameter
-- write   temporary

with

income_span as (

    select
        cast(
            cast(date_trunc('month', cast($business_date as date)) as date)
            - cast(round(value_number, 0) as integer) * interval 1 month as date
        ) as first_month
    from rule_parameter
    where
        business_date = cast($business_date as date)
        and pack = 'multi_lender'
        and parameter = 'income_months'

),

incomes as (

    select
        current_customer_income.customer_id,
        count(distinct current_customer_income.income_month) as months,
        cast(round(sum(current_customer_income.amount) * 100, 0) as bigint) as cents
    from current_customer_income
    inner join income_span
        on current_customer_income.income_month >= income_span.first_month
    inner join bureau_exposure
        on current_customer_income.customer_id = bureau_exposure.customer_id
    where
        current_customer_income.income_month
        < cast(date_trunc('month', cast($business_date as date)) as date)
    group by current_customer_income.customer_id

),

own_payments as (

    select
        current_loan.customer_id,
        sum(instalment.amount_due) as amount
    from current_loan
    inner join bureau_exposure
        on current_loan.customer_id = bureau_exposure.customer_id
    inner join current_instalment as instalment
        on current_loan.loan_id = instalment.loan_id
    where
        (
            current_loan.loan_status = 'active'
            or current_loan.status_on > cast($business_date as date)
        )
        and instalment.due_on > cast($business_date as date)
        and instalment.due_on
        <= cast(cast($business_date as date) + interval 1 month as date)
    group by current_loan.customer_id

),

payments as (

    select
        bureau_exposure.customer_id,
        cast(coalesce(own_payments.amount, 0) as decimal(18, 2)) as own_payment,
        cast(
            round(
                (bureau_exposure.monthly_payment + coalesce(own_payments.amount, 0)) * 100, 0
            ) as bigint
        ) as cents
    from bureau_exposure
    left join own_payments
        on bureau_exposure.customer_id = own_payments.customer_id

)

select
    bureau_exposure.customer_id,
    bureau_exposure.open_lenders,
    bureau_exposure.open_debts,
    bureau_exposure.new_lenders_short,
    bureau_exposure.new_lenders_long,
    bureau_exposure.open_balance,
    bureau_exposure.overdue_with_others,
    bureau_exposure.monthly_payment,
    payments.own_payment,
    -- Halves of a cent rounded up, in whole numbers.
    cast(
        cast(
            cast((2 * incomes.cents + incomes.months) // (2 * incomes.months) as bigint)
            as decimal(18, 0)
        ) * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
    ) as average_income,
    cast(
        case
            when incomes.cents > 0
                then
                    (payments.cents * 100 * incomes.months + incomes.cents - 1)
                    // incomes.cents
        end as bigint
    ) as debt_to_income,
    bureau_exposure.bureau_delivered_on
from bureau_exposure
inner join payments
    on bureau_exposure.customer_id = payments.customer_id
left join incomes
    on bureau_exposure.customer_id = incomes.customer_id
