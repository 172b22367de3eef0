-- contact_outcome: what the teams report of every attempt, on the day of it.

select
    attempted_on as known_on,
    'F' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as outcome_id,
    null as task_id,
    customer_ref(customer_no) as customer_id,
    loan_ref(loan_no) as loan_id,
    channel,
    strftime(
        attempted_on + to_minutes(whole(draw_for('minute', loan_no, attempt_no), 500, 1250)::bigint),
        '%Y-%m-%d %H:%M:%S'
    ) as attempted_at,
    counterpart,
    case when counterpart = 'emergency_contact' then 1 end as contact_no,
    result,
    case
        when result = 'connected'
            then whole(draw_for('duration', loan_no, attempt_no), 20, 600)
    end as duration_seconds,
    case when channel = 'phone' then 'CALL-REMINDER' end as script_id,
    'E' || digits(whole(draw_for('collector', loan_no, attempt_no), 1, 40), 3) as collector_id,
    case
        when channel in ('phone', 'field_visit') and result = 'connected'
            then 'recordings/' || digits(loan_no, 8) || '-' || digits(attempt_no, 2)
    end as recording_uri
from contact_attempt
