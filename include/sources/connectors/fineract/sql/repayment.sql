-- repayment: money in that became known since the last fetch, and what was taken back since. The
-- value date is `date`; `submittedOnDate` is the day it became known.
with

transactions as (

    select
        item ->> '$.id' as loan_id,
        unnest(cast(item -> '$.transactions' as json[])) as booking
    from loan_document

),

money_in as (

    select
        loan_id,
        booking ->> '$.id' as repayment_id,
        booking ->> '$.amount' as amount,
        day_of(booking -> '$.date') as paid_on,
        coalesce(day_of(booking -> '$.submittedOnDate'), day_of(booking -> '$.date')) as known_on,
        coalesce(
            day_of(booking -> '$.reversedOnDate'), day_of(booking -> '$.submittedOnDate')
        ) as reversed_on,
        (booking -> '$.reversedOnDate') is not null as is_reversal_dated,
        coalesce(cast(booking ->> '$.manuallyReversed' as boolean), false) as is_reversed
    from transactions
    where cast(booking ->> '$.type.id' as integer) in (2, 5, 8, 21, 22, 23, 24, 28)

),

reached as (

    select max(cast(reached as date)) as known_before
    from since
    where feed = 'repayment'

)

select
    repayment_id,
    loan_id,
    null as instalment_no,
    paid_on,
    amount,
    null as payment_type,
    null as reverses_id
from money_in
cross join reached
cross join asked
where
    known_on <= business_date
    and (known_before is null or known_on > known_before)
union all
select
    repayment_id || '-reversal' as repayment_id,
    loan_id,
    null as instalment_no,
    reversed_on as paid_on,
    amount,
    null as payment_type,
    repayment_id as reverses_id
from money_in
cross join reached
cross join asked
where
    is_reversed
    and reversed_on <= business_date
    -- A reversal without a date is told every time; the same content changes nothing.
    and (known_before is null or not is_reversal_dated or reversed_on > known_before)
