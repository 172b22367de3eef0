-- A third decimal in an amount, on an instalment that the loan does not have.

select
    known_on,
    loan_id,
    (instalment_no::integer + 900)::varchar as instalment_no,
    due_on,
    amount_due || '5' as amount_due,
    principal_due,
    interest_due,
    fee_due
from instalment_daily
where draw('instalment fault', hash(loan_id || instalment_no) >> 1) < getvariable('dirty_share')
