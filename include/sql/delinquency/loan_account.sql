-- loan_account: every active loan, and its outstanding principal as far as sums alone can tell.
--
-- A loan without a shortfall that was paid exactly what fell due has paid the principal in it. Of
-- the others, and of those whose schedule came in parts and may hold replaced versions, the
-- payments have to be allocated; they are named.
--
-- grain   loan_id
-- reads   current_loan, instalment, repayment, shortfall_loan
-- write   temporary

with

active as (

    select
        loan_id,
        product,
        currency,
        principal
    from current_loan
    where
        loan_status = 'active'
        or status_on > cast($business_date as date)

),

schedules as (

    select
        loan_id,
        sum(
            case
                when due_on < cast($business_date as date) then amount_due
                else cast(0 as decimal(18, 2))
            end
        ) as amount_due,
        sum(
            case
                when due_on < cast($business_date as date) then principal_due
                else cast(0 as decimal(18, 2))
            end
        ) as principal_due,
        count(*) = count(principal_due) as has_split,
        min(received_on) = max(received_on) as came_at_once
    from instalment
    where received_on <= cast($known_on as date)
    group by loan_id

),

payments as (

    select
        loan_id,
        sum(signed_amount) as amount_paid
    from repayment
    where
        received_on <= cast($known_on as date)
        and effective_on <= cast($business_date as date)
    group by loan_id

),

sums as (

    select
        active.loan_id,
        active.product,
        active.currency,
        active.principal,
        coalesce(schedules.principal_due, cast(0 as decimal(18, 2))) as principal_due,
        active.principal is not null and coalesce(schedules.has_split, true) as has_principal,
        shortfall_loan.loan_id is null
        and coalesce(schedules.came_at_once, true)
        and coalesce(schedules.amount_due, cast(0 as decimal(18, 2)))
        = coalesce(payments.amount_paid, cast(0 as decimal(18, 2))) as is_even
    from active
    left join schedules
        on active.loan_id = schedules.loan_id
    left join payments
        on active.loan_id = payments.loan_id
    left join shortfall_loan
        on active.loan_id = shortfall_loan.loan_id

)

select
    loan_id,
    product,
    currency,
    principal,
    cast(
        case when has_principal and is_even then principal - principal_due end as decimal(18, 2)
    ) as principal_outstanding,
    has_principal and not is_even as needs_allocation
from sums
