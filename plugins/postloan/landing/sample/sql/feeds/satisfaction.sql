-- satisfaction: what some of the debtors who were spoken to say of it, a day later.

select
    attempted_on + 1 as known_on,
    'V' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as survey_id,
    null as task_id,
    customer_ref(customer_no) as customer_id,
    attempted_on + 1 as answered_on,
    pick([1, 2, 3, 3, 4, 4, 4, 5, 5], draw_for('score', loan_no, attempt_no)) as score,
    pick(
        [channel, channel, channel, 'letter', 'email', 'app_push', 'sms', 'field_visit', 'phone'],
        draw_for('survey channel', loan_no, attempt_no)
    ) as channel,
    'E' || digits(whole(draw_for('collector', loan_no, attempt_no), 1, 40), 3) as collector_id
from contact_attempt
where
    counterpart = 'debtor'
    and result in ('connected', 'answered')
    and draw_for('answers the survey', loan_no, attempt_no) < 0.45
