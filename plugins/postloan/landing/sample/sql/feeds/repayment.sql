-- repayment: what reached the books, on the day it did.

select
    greatest(known_on, getvariable('opening')) as known_on,
    repayment_ref(loan_no, plan_no, step) as repayment_id,
    loan_ref(loan_no) as loan_id,
    instalment_no,
    paid_on,
    yuan(amount) as amount,
    payment_type,
    case
        when reverses_step is not null then repayment_ref(loan_no, plan_no, reverses_step)
    end as reverses_id
from booking
