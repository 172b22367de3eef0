-- paid_loan: past-due loans of the business date that owe nothing of it by the moment of contact.
--
-- What is known to be paid counts: a booking of the date with the value date of the next day, what
-- came in later, and what has a day yet to come, which may have been typed wrong: nobody is asked
-- for money that has come. What was taken back does not count, nor what was paid towards an
-- instalment that is not due yet. A loan that has ended owes nothing, whatever the day of its end.
--
-- grain   loan_id
-- reads   current_loan_delinquency, paid_since, current_loan
-- write   temporary

with

due as (

    select
        loan_id,
        overdue_amount
    from current_loan_delinquency
    where
        business_date = cast($business_date as date)
        and days_past_due > 0

),

ended as (

    select
        current_loan.loan_id,
        current_loan.loan_status,
        current_loan.status_on
    from current_loan
    inner join due
        on current_loan.loan_id = due.loan_id
    where
        current_loan.loan_status <> 'active'

)

select
    due.loan_id,
    case when ended.loan_id is not null then 'closed_since' else 'paid_since' end as reason,
    coalesce(
        ended.loan_status || coalesce(' on ' || cast(ended.status_on as varchar), ''),
        'paid ' || cast(paid_since.paid_amount as varchar) || ' of '
        || cast(due.overdue_amount as varchar) || ' past due'
    ) as inputs
from due
left join paid_since
    on due.loan_id = paid_since.loan_id
left join ended
    on due.loan_id = ended.loan_id
where
    ended.loan_id is not null
    or coalesce(paid_since.paid_amount, 0) >= due.overdue_amount
