-- visit: the attempts of `contact_attempt` that were visits, with what was found there.
--
-- grain   loan_no, attempt_no

select
    loan_no,
    customer_no,
    attempt_no,
    attempted_on,
    counterpart,
    -- The very minute and collector that the outcome tells of.
    whole(draw_for('minute', loan_no, attempt_no), 500, 1250) as minute,
    whole(draw_for('collector', loan_no, attempt_no), 1, 40) as collector_no,
    case
        when group_of(customer_no) = 'student' and draw_for('visit place', loan_no, attempt_no) < 0.4
            then 'school'
        else pick(
            ['home', 'home', 'home', 'home', 'workplace', 'workplace', 'public', 'other'],
            draw_for('visit place', loan_no, attempt_no)
        )
    end as place_kind,
    case result
        when 'refused' then 'refused'
        when 'no_answer'
            then pick(
                ['nobody_there', 'nobody_there', 'no_access', 'moved', 'wrong_address'],
                draw_for('visit result', loan_no, attempt_no)
            )
        when 'connected'
            then pick(
                ['talked', 'talked', 'talked', 'talked', 'broken_off'],
                draw_for('visit result', loan_no, attempt_no)
            )
    end as result
from contact_attempt
where channel = 'field_visit'
