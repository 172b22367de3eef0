-- instalment: rows of the schedule with a number; those without are disbursements. Waived parts
-- are not due.
with

periods as (

    select
        item ->> '$.id' as loan_id,
        unnest(cast(item -> '$.repaymentSchedule.periods' as json[])) as period
    from loan_document

),

amounts as (

    select
        loan_id,
        period,
        coalesce(cast(period ->> '$.interestWaived' as decimal(18, 2)), 0) as interest_waived,
        coalesce(cast(period ->> '$.feeChargesWaived' as decimal(18, 2)), 0)
        + coalesce(cast(period ->> '$.penaltyChargesWaived' as decimal(18, 2)), 0) as fee_waived
    from periods
    where (period ->> '$.period') is not null

)

select
    loan_id,
    period ->> '$.period' as instalment_no,
    day_of(period -> '$.dueDate') as due_on,
    cast(period ->> '$.totalDueForPeriod' as decimal(18, 2))
    - interest_waived - fee_waived as amount_due,
    cast(period ->> '$.principalDue' as decimal(18, 2)) as principal_due,
    cast(period ->> '$.interestDue' as decimal(18, 2)) - interest_waived as interest_due,
    coalesce(cast(period ->> '$.feeChargesDue' as decimal(18, 2)), 0)
    + coalesce(cast(period ->> '$.penaltyChargesDue' as decimal(18, 2)), 0)
    - fee_waived as fee_due
from amounts
