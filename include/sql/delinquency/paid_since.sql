-- paid_since: money that has come and that the business date has not counted, by loan.
--
-- Told later, or with a day yet to come, which may have been typed wrong: it has come all the same.
-- What was taken back does not count, nor what was paid towards an instalment not due yet.
--
-- grain   loan_id
-- reads   repayment
-- write   view

select
    loan_id,
    cast(sum(signed_amount) as decimal(18, 2)) as paid_amount
from repayment
where
    received_on <= cast($known_on as date)
    and (
        received_on > cast($business_date as date)
        or effective_on > cast($business_date as date)
    )
    and (
        instalment_due_on is null
        or instalment_due_on <= cast($business_date as date)
    )
group by loan_id
