-- loan_position: what Fineract itself counts for its active loans, before its grace and pauses.
--
-- It counts at its own business date (`standing_on`), which may be the day after the one that was
-- closed: the days since are taken off, and what has fallen due since is not overdue yet. A loan that
-- was booked on since then is of no use for the comparison, and left out.
with

figures as (

    select
        item ->> '$.id' as loan_id,
        item -> '$.delinquent' as counted,
        cast(item ->> '$.summary.principalOutstanding' as decimal(18, 2)) as principal_outstanding,
        cast(item -> '$.repaymentSchedule.periods' as json[]) as periods,
        cast(item -> '$.transactions' as json[]) as bookings
    from loan_document
    where cast(item ->> '$.status.id' as integer) in (300, 303, 304)

),

moments as (

    select
        *,
        standing_on - business_date as days_since,
        coalesce(list_sum([
            cast(period ->> '$.totalOutstandingForPeriod' as decimal(18, 2))
            for period in periods
            if (period ->> '$.period') is not null
            and day_of(period -> '$.dueDate') >= business_date
            and day_of(period -> '$.dueDate') < standing_on
        ]), 0) as due_since,
        coalesce(list_bool_or([
            day_of(coalesce(booking -> '$.submittedOnDate', booking -> '$.date')) > business_date
            for booking in bookings
        ]), false) as is_booked_on
    from figures
    cross join asked

)

select
    loan_id,
    business_date as as_of_on,
    greatest(coalesce(cast(counted ->> '$.pastDueDays' as integer), 0) - days_since, 0)
        as days_past_due,
    greatest(
        coalesce(cast(counted ->> '$.delinquentAmount' as decimal(18, 2)), 0) - due_since, 0
    ) as overdue_amount,
    principal_outstanding
from moments
where not is_booked_on
