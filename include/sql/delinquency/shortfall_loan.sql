-- shortfall_loan: loans that have been paid less than what was due, the only ones worth a close look.
--
-- A cheap sum over the whole book that never misses a past-due loan: replaced versions of an
-- instalment count as due once more, payments towards later instalments do not count as paid.
-- What it lets through in vain, the exact allocation sorts out.
--
-- grain   loan_id
-- reads   instalment, repayment
-- write   temporary

with

movements as (

    select
        loan_id,
        amount_due as shortfall
    from instalment
    where
        received_on <= cast($known_on as date)
        and due_on < cast($past_due_before as date)

    union all

    select
        loan_id,
        -signed_amount as shortfall
    from repayment
    where
        received_on <= cast($known_on as date)
        and effective_on <= cast($business_date as date)
        and (
            instalment_due_on is null
            or instalment_due_on < cast($past_due_before as date)
        )

)

select loan_id
from movements
group by loan_id
having sum(shortfall) > 0
