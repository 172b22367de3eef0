-- legal_event: what lawyers do about those who do not pay at all, once a quarter has passed.

with

severe as (

    select
        loan_no,
        customer_no,
        principal_cents,
        slid_on,
        slid_on + lag_days as ends_on,
        unnest([1, 2, 3, 4]) as event_no
    from loan_book
    where outcome in ('stops', 'cures late') and not is_cancelled

),

events as (

    select
        *,
        slid_on + 91 + 9 * event_no
        + whole(draw_for('legal on', loan_no, event_no), 0, 6) as happened_on
    from severe

)

select
    happened_on as known_on,
    'W' || digits(loan_no, 8) || '-' || event_no::varchar as event_id,
    null as case_id,
    customer_ref(customer_no) as customer_id,
    loan_ref(loan_no) as loan_id,
    pick(
        [
            'letter_signed', 'message_delivered', 'auto_debit', 'public_notice', 'mediation',
            'payment_order', 'preservation', 'lawsuit', 'judgment', 'enforcement', 'police_report',
            'assignment_notice', 'dismissed'
        ],
        draw_for('legal kind', loan_no, event_no)
    ) as event_kind,
    happened_on,
    case when event_no > 1 then yuan(principal_cents) end as amount
from events
where happened_on < ends_on and happened_on > getvariable('opening') - 150
