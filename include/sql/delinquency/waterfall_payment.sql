-- waterfall_payment: the payments to be taken in turn, numbered in the order of their value dates.
--
-- A reversal carries the value date of what it takes back, so both vanish in the sum.
--
-- grain   loan_id, turn
-- reads   open_payment, instalment_allocation
-- write   temporary

with

loans as (

    select distinct
        loan_id,
        case when is_doubtful then date '0001-01-01' else turned_on end as counted_from
    from instalment_allocation
    where
        turned_on is not null
        or is_doubtful

),

payments as (

    select
        open_payment.loan_id,
        open_payment.effective_on,
        coalesce(open_payment.instalment_no, -1) as instalment_no,
        sum(open_payment.signed_amount) as amount
    from open_payment
    inner join loans
        on open_payment.loan_id = loans.loan_id
    where open_payment.effective_on >= loans.counted_from
    group by
        open_payment.loan_id,
        open_payment.effective_on,
        coalesce(open_payment.instalment_no, -1)

)

select
    loan_id,
    effective_on,
    instalment_no,
    cast(amount as decimal(18, 2)) as amount,
    cast(row_number() over (
        partition by loan_id
        order by effective_on asc, instalment_no desc
    ) as integer) as turn
from payments
where amount > 0
