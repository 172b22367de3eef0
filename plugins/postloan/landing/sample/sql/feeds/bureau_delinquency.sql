-- bureau_delinquency: the full set of negative entries that goes with each report of the loans.

with

reports as (

    select getvariable('opening') as known_on

    union

    select unnest(generate_series(
        date_trunc('month', getvariable('opening')) + interval 1 month,
        getvariable('last_date')::timestamp,
        interval 1 month
    ))::date

),

entries as (

    -- Those past due are the ones that the loans of the bureau show past due.
    select
        account.*,
        greatest(
            account.opened_on + 30,
            getvariable('opening')
            - whole(draw_for('bureau slide', account.customer_no, account.account_no), 1, 260)
        ) as overdue_since,
        draw_for('bureau end', account.customer_no, account.account_no) as end_draw
    from bureau_account as account
    where account.overdue_draw < 0.09

),

ends as (

    select
        *,
        case
            when overdue_draw >= 0.05
                then overdue_since + whole(end_draw, 3, 70)
        end as ended_on,
        overdue_draw >= 0.05 and end_draw < 0.1 as is_guaranteed
    from entries

),

seen as (

    select
        report.known_on,
        entry.*,
        coalesce(entry.ended_on <= report.known_on, false) as is_ended,
        report.known_on - entry.overdue_since as days
    from ends as entry
    inner join borrower
        on entry.customer_no = borrower.customer_no
    inner join reports as report
        on
            report.known_on > entry.overdue_since
            and report.known_on >= borrower.since
            and report.known_on < entry.runs_until
    where entry.ended_on is null or entry.ended_on <= report.known_on

)

select
    known_on,
    customer_ref(customer_no) as customer_id,
    'A' || digits(customer_no, 8) || '-' || digits(account_no, 2) as account_ref,
    'F' || digits(lender_no, 4) as lender_id,
    known_on as as_of_on,
    overdue_since,
    case
        when is_ended then null
        when days <= 180 then ((days + 29) // 30)::varchar
        else '7'
    end as overdue_band,
    yuan(case when is_ended then 0 else principal_cents // months end) as overdue_amount,
    case
        when is_guaranteed then 'guarantor_paid'
        when is_ended then 'cured'
        when days > 180 and end_draw < 0.3 then 'written_off'
        else 'overdue'
    end as delinquency_status,
    draw_for('disputed', customer_no, account_no) < 0.03 as is_disputed,
    ended_on
from seen
