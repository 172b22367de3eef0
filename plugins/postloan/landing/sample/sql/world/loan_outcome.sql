-- loan_outcome: how and when a loan leaves the book, where it does.
--
-- grain   loan_no

with

payment_ends as (

    select
        loan_no,
        max(paid_on + booking_lag) as last_paid_on,
        bool_or(manner = 'never') as is_unpaid
    from payment_plan
    group by loan_no

),

outcomes as (

    select
        loan.loan_no,
        case
            when loan.is_cancelled then 'cancelled'
            when ends.is_unpaid then 'written_off'
            else 'settled'
        end as loan_status,
        case
            when loan.is_cancelled then loan.disbursed_on + 1
            when ends.is_unpaid then loan.slid_on + loan.lag_days
            else ends.last_paid_on
        end as known_on
    from loan_book as loan
    left join payment_ends as ends
        on loan.loan_no = ends.loan_no

)

select
    loan_no,
    loan_status,
    known_on,
    -- A drawdown that was called off never was a loan.
    case when loan_status <> 'cancelled' then known_on end as status_on
from outcomes
where known_on <= getvariable('last_date')
