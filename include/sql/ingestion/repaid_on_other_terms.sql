-- repaid_on_other_terms: dates with a payment on terms that were not known when it was taken in.
--
-- grain   received_on
-- reads   repayment, instalment
-- write   query

with

known as (

    select
        repayment.received_on,
        repayment.instalment_due_on,
        instalment.due_on,
        row_number() over (
            partition by repayment.received_on, repayment.repayment_id
            order by instalment.received_on desc
        ) as version_rank
    from repayment
    inner join instalment
        on
            repayment.loan_id = instalment.loan_id
            and repayment.instalment_no = instalment.instalment_no
    where
        repayment.received_on >= cast($business_date as date)
        and repayment.booking_part = 1
        and repayment.reverses_id is null
        and instalment.received_on <= repayment.received_on

)

select distinct received_on
from known
where
    version_rank = 1
    and (instalment_due_on is null or instalment_due_on <> due_on)
order by received_on
