-- complaint: a few of those who were contacted complain; most cases are closed in some weeks.

with

complaints as (

    select
        loan_no,
        customer_no,
        min(attempted_on) + 1 as received_on,
        min(attempted_on) + 1 + whole(draw('complaint days', loan_no), 4, 40) as closed_on
    from contact_attempt
    where draw('complains', loan_no) < 0.25
    group by loan_no, customer_no

),

moments as (

    select
        *,
        greatest(received_on, getvariable('opening')) as known_on
    from complaints

    union all

    -- Somebody is looking into it.
    select
        *,
        received_on + 3 as known_on
    from complaints
    where
        received_on + 3 > getvariable('opening')
        and received_on + 3 <= getvariable('last_date')

    union all

    select
        *,
        closed_on as known_on
    from complaints
    where closed_on > getvariable('opening') and closed_on <= getvariable('last_date')

)

select
    known_on,
    'B' || digits(loan_no, 8) as complaint_id,
    customer_ref(customer_no) as customer_id,
    case when draw('complaint on one loan', loan_no) < 0.3 then loan_ref(loan_no) end as loan_id,
    strftime(
        received_on + to_minutes(whole(draw('complaint minute', loan_no), 500, 1250)::bigint),
        '%Y-%m-%d %H:%M:%S'
    ) as received_at,
    pick(
        ['conduct', 'frequency', 'third_party', 'privacy', 'amount', 'service', 'other'],
        draw('complaint kind', loan_no)
    ) as complaint_kind,
    pick(
        ['phone', 'phone', 'sms', 'email', 'app_push', 'letter', 'field_visit', null],
        draw('complaint channel', loan_no)
    ) as channel,
    case
        when known_on >= closed_on
            then pick(
                ['upheld', 'not_upheld', 'not_upheld', 'withdrawn'],
                draw('complaint end', loan_no)
            )
        when known_on > received_on then 'in_progress'
        else 'received'
    end as complaint_state,
    case when known_on >= closed_on then closed_on end as closed_on
from moments
