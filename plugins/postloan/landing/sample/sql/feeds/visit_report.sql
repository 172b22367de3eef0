-- visit_report: what came of every visit that the outcomes tell of; two go, and all is recorded.

with

visits as (

    select
        *,
        attempted_on + to_minutes(minute::bigint) as arrived_at
    from visit

)

select
    attempted_on as known_on,
    'T' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as visit_id,
    null as task_id,
    customer_ref(customer_no) as customer_id,
    loan_ref(loan_no) as loan_id,
    -- No visit is planned before eight.
    strftime(
        attempted_on + to_minutes(
            greatest(480, minute - whole(draw_for('planned', loan_no, attempt_no), 0, 40))::bigint
        ),
        '%Y-%m-%d %H:%M:%S'
    ) as planned_at,
    strftime(arrived_at, '%Y-%m-%d %H:%M:%S') as arrived_at,
    strftime(
        arrived_at + to_minutes(
            whole(draw_for('stayed', loan_no, attempt_no), 2, case result when 'talked' then 40 else 8 end)
                ::bigint
        ),
        '%Y-%m-%d %H:%M:%S'
    ) as left_at,
    place_kind,
    case when draw_for('visitors', loan_no, attempt_no) < 0.9 then 2 else 3 end as persons,
    'E' || digits(collector_no, 3) as collector_id,
    'E' || digits(collector_no % 40 + 1, 3) as second_collector_id,
    counterpart,
    result,
    case
        when
            place_kind = 'home' and result = 'talked'
            and draw_for('let in', loan_no, attempt_no) < 0.3
            then 'with_consent'
        else 'none'
    end as entry,
    'recordings/' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as recording_uri
from visits
