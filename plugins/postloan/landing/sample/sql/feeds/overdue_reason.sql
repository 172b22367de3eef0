-- overdue_reason: what some of the debtors who were spoken to say of why they have not paid.

select
    attempted_on as known_on,
    'G' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as reason_id,
    customer_ref(customer_no) as customer_id,
    loan_ref(loan_no) as loan_id,
    attempted_on as stated_on,
    case
        when group_of(customer_no) = 'student' and draw('reason', loan_no) < 0.4
            then 'study_interrupted'
        else pick(
            [
                'forgot', 'forgot', 'payday_mismatch', 'payday_mismatch', 'income_loss',
                'income_loss', 'illness', 'several_lenders', 'amount_disputed', 'unwilling', 'other'
            ],
            draw('reason', loan_no)
        )
    end as reason,
    pick(
        [channel, channel, channel, 'letter', 'email', 'app_push', 'sms', 'field_visit', 'phone'],
        draw_for('reason channel', loan_no, attempt_no)
    ) as channel,
    'E' || digits(whole(draw_for('collector', loan_no, attempt_no), 1, 40), 3) as collector_id
from contact_attempt
where
    counterpart = 'debtor'
    and result in ('connected', 'answered')
    and draw_for('tells why', loan_no, attempt_no) < 0.45
