-- loan_account: every active loan, and its outstanding principal as far as sums alone can tell.
--
-- A loan without a shortfall that was paid exactly what fell due has paid the principal in it. Of
-- the others, and of those whose schedule came in parts and may hold replaced versions, the
-- payments have to be allocated; they are named.
--
-- grain   loan_id
-- reads   current_loan, loan_sum
-- write   temporary

with

accounts as (

    -- A loan of which nothing was due yet has no sum.
    select
        current_loan.loan_id,
        current_loan.product,
        current_loan.currency,
        current_loan.principal,
        coalesce(loan_sum.principal_due, cast(0 as decimal(18, 2))) as principal_due,
        current_loan.principal is not null
        and coalesce(loan_sum.has_split, true) as has_principal,
        loan_sum.loan_id is null
        or (
            loan_sum.shortfall <= cast(0 as decimal(18, 2))
            and loan_sum.came_at_once
            and loan_sum.is_paid_exactly
        ) as is_even
    from current_loan
    left join loan_sum
        on current_loan.loan_id = loan_sum.loan_id
    where
        current_loan.loan_status = 'active'
        or current_loan.status_on > cast($business_date as date)

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
from accounts
