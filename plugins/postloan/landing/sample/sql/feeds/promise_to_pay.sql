-- promise_to_pay: given by some of the debtors who were spoken to.

select
    attempted_on as known_on,
    'P' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as promise_id,
    null as task_id,
    customer_ref(customer_no) as customer_id,
    loan_ref(loan_no) as loan_id,
    attempted_on as promised_on,
    attempted_on + whole(draw_for('promise due', loan_no, attempt_no), 2, 12) as due_on,
    yuan(instalment_cents * whole(draw_for('promise share', loan_no, attempt_no), 5, 10) // 10)
        as amount,
    -- What was agreed face to face or on the phone is often put in writing.
    pick(
        [channel, channel, channel, 'letter', 'email', 'app_push', 'sms', 'field_visit', 'phone'],
        draw_for('promise channel', loan_no, attempt_no)
    ) as channel,
    'E' || digits(whole(draw_for('collector', loan_no, attempt_no), 1, 40), 3) as collector_id
from contact_attempt
where
    counterpart = 'debtor'
    and result in ('connected', 'answered')
    and draw_for('promises', loan_no, attempt_no) < 0.45
