-- instalment: the schedule comes with the loan; a card's statements come 20 days before they fall due.

select
    greatest(
        case when product = 'credit_card' then due_on - 20 else disbursed_on end,
        disbursed_on,
        getvariable('opening')
    ) as known_on,
    loan_ref(loan_no) as loan_id,
    instalment_no,
    due_on,
    yuan(amount) as amount_due,
    yuan(principal) as principal_due,
    yuan(interest) as interest_due,
    yuan(fee) as fee_due
from payment_plan
