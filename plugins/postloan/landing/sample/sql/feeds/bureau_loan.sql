-- bureau_loan: the full set that the bureau knows on the opening and on every first of a month.

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

seen as (

    select
        report.known_on,
        account.*,
        least(
            greatest(month_no(report.known_on) - month_no(account.opened_on), 0), account.months
        ) as paid_months,
        account.runs_until <= report.known_on as is_closed
    from bureau_account as account
    inner join borrower
        on account.customer_no = borrower.customer_no
    inner join reports as report
        on
            report.known_on >= account.opened_on
            and report.known_on >= borrower.since
            -- A closed account is reported once more and then left out.
            and report.known_on <= account.runs_until + 31

)

select
    known_on,
    customer_ref(customer_no) as customer_id,
    'A' || digits(customer_no, 8) || '-' || digits(account_no, 2) as account_ref,
    'F' || digits(lender_no, 4) as lender_id,
    case
        when is_cofunded then 'G' || digits(customer_no, 8) || '-' || digits(contract_no, 2)
    end as contract_ref,
    opened_on,
    case when is_closed then runs_until end as closed_on,
    yuan(case when is_closed then 0 else principal_cents * (months - paid_months) // months end)
        as balance,
    yuan(case when is_closed then 0 else principal_cents // months end) as monthly_payment,
    yuan(
        case
            when not is_closed and overdue_draw < 0.05 then principal_cents // months
            else 0
        end
    ) as overdue_amount,
    known_on as reported_on
from seen
