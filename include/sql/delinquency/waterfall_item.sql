-- waterfall_item: what is left on the loans that take their payments in turn, before the first
-- turn.
--
-- grain   loan_id, instalment_no, component
-- reads   open_instalment, open_loan, instalment_allocation
-- write   temporary

with

instalments as (

    select
        done.loan_id,
        open_loan.product,
        open_loan.tolerance_amount,
        open_loan.due_date_counts_as,
        done.instalment_no,
        schedule.due_on,
        done.effective_due_on,
        done.unpaid_principal is not null as has_split,
        case when done.is_doubtful then schedule.amount_due else done.unpaid_amount end as amount,
        case when done.is_doubtful then schedule.fee_due else done.unpaid_fee end as fee,
        case when done.is_doubtful then schedule.interest_due else done.unpaid_interest end
            as interest,
        case when done.is_doubtful then schedule.principal_due else done.unpaid_principal end
            as principal
    from instalment_allocation as done
    inner join open_instalment as schedule
        on
            done.loan_id = schedule.loan_id
            and done.instalment_no = schedule.instalment_no
    inner join open_loan
        on done.loan_id = open_loan.loan_id
    where
        done.turned_on is not null
        or done.is_doubtful

),

components as (

    select
        loan_id,
        product,
        tolerance_amount,
        due_date_counts_as,
        instalment_no,
        due_on,
        effective_due_on,
        has_split,
        'fee' as component,
        case when has_split then fee end as due
    from instalments

    union all

    select
        loan_id,
        product,
        tolerance_amount,
        due_date_counts_as,
        instalment_no,
        due_on,
        effective_due_on,
        has_split,
        'interest' as component,
        case when has_split then interest end as due
    from instalments

    union all

    -- Where the source has no split, the whole amount goes as one component.
    select
        loan_id,
        product,
        tolerance_amount,
        due_date_counts_as,
        instalment_no,
        due_on,
        effective_due_on,
        has_split,
        'principal' as component,
        case when has_split then principal else amount end as due
    from instalments

)

select
    loan_id,
    product,
    tolerance_amount,
    due_date_counts_as,
    instalment_no,
    due_on,
    effective_due_on,
    has_split,
    component,
    cast(coalesce(due, cast(0 as decimal(18, 2))) as decimal(18, 2)) as unpaid
from components
