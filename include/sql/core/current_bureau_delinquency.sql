-- current_bureau_delinquency: debts past due with other lenders as the latest snapshot of the
-- bureau shows them.
--
-- grain   customer_id, account_ref
-- reads   bureau_delinquency, delivery
-- write   view

with

latest as (

    -- From the ledger, so that a snapshot without rows counts as one.
    select max(business_date) as received_on
    from delivery
    where
        feed = 'bureau_delinquency'
        and business_date <= cast($known_on as date)

)

select
    bureau_delinquency.customer_id,
    bureau_delinquency.account_ref,
    bureau_delinquency.lender_id,
    bureau_delinquency.as_of_on,
    bureau_delinquency.overdue_since,
    bureau_delinquency.overdue_band,
    bureau_delinquency.overdue_amount,
    bureau_delinquency.delinquency_status,
    bureau_delinquency.is_disputed,
    bureau_delinquency.ended_on,
    bureau_delinquency.received_on,
    bureau_delinquency.line_no
from bureau_delinquency
inner join latest
    on bureau_delinquency.received_on = latest.received_on
