-- plan_request: some of the debtors who were spoken to ask for help; people decide in some days.

with

requests as (

    select
        loan_no,
        customer_no,
        attempt_no,
        instalment_cents,
        attempted_on as requested_on,
        attempted_on + whole(draw_for('plan days', loan_no, attempt_no), 2, 9) as decided_on
    from contact_attempt
    where
        counterpart = 'debtor'
        and result in ('connected', 'answered')
        and draw_for('asks for a plan', loan_no, attempt_no) < 0.25

),

moments as (

    select
        *,
        greatest(requested_on, getvariable('opening')) as known_on
    from requests

    union all

    select
        *,
        decided_on as known_on
    from requests
    where decided_on > getvariable('opening') and decided_on <= getvariable('last_date')

)

select
    known_on,
    'A' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as request_id,
    customer_ref(customer_no) as customer_id,
    loan_ref(loan_no) as loan_id,
    pick(
        ['extension', 'deferral', 'restructuring', 'personalized_plan', 'waiver'],
        draw_for('plan kind', loan_no, attempt_no)
    ) as plan_kind,
    requested_on,
    whole(draw_for('plan length', loan_no, attempt_no), 3, 24) as instalments,
    yuan(instalment_cents * 6) as amount,
    case
        when known_on < decided_on then 'pending'
        else pick(
            ['approved', 'approved', 'approved', 'refused', 'refused', 'withdrawn'],
            draw_for('plan decision', loan_no, attempt_no)
        )
    end as decision,
    case when known_on >= decided_on then decided_on end as decided_on
from moments
