-- quality_finding: conversations that were reviewed; most of them are in order.

with

reviews as (

    select
        *,
        attempted_on + whole(draw_for('reviewed', loan_no, attempt_no), 2, 12) as reviewed_on,
        case
            when draw_for('in order', loan_no, attempt_no) < 0.6 then 'none'
            else pick(
                [
                    'off_script', 'off_script', 'no_identification', 'no_identification',
                    'no_recording', 'false_statement', 'insult', 'threat', 'harassment',
                    'third_party_disclosure', 'false_identity', 'improper_hours',
                    'improper_place', 'too_frequent'
                ],
                draw_for('found', loan_no, attempt_no)
            )
        end as finding_kind
    from contact_attempt
    where
        result in ('connected', 'refused') and channel in ('phone', 'field_visit')
        and draw_for('is reviewed', loan_no, attempt_no) < 0.5

),

findings as (

    select
        *,
        reviewed_on + case
            when finding_kind = 'none' then 0
            else whole(draw_for('finding days', loan_no, attempt_no), 2, 15)
        end as closed_on
    from reviews

),

moments as (

    select
        *,
        greatest(reviewed_on, getvariable('opening')) as known_on
    from findings

    union all

    select
        *,
        closed_on as known_on
    from findings
    where closed_on > reviewed_on and closed_on > getvariable('opening')

)

select
    known_on,
    'J' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as finding_id,
    'F' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as outcome_id,
    case
        when channel = 'field_visit'
            then 'T' || digits(loan_no, 8) || '-' || digits(attempt_no, 2)
    end as visit_id,
    customer_ref(customer_no) as customer_id,
    'E' || digits(whole(draw_for('collector', loan_no, attempt_no), 1, 40), 3) as collector_id,
    reviewed_on,
    finding_kind,
    case
        when finding_kind = 'none' then null
        when finding_kind in ('threat', 'third_party_disclosure', 'false_identity') then 'critical'
        when finding_kind in ('off_script', 'no_recording') then 'minor'
        else 'major'
    end as severity,
    case
        when known_on < closed_on then 'open'
        when finding_kind = 'none' or draw_for('finding stands', loan_no, attempt_no) < 0.8
            then 'upheld'
        else 'rejected'
    end as finding_state,
    case when known_on >= closed_on then closed_on end as closed_on
from moments
