-- active_borrower: customers with a loan that is active at the close of the business date.
--
-- Only of them may the lender go on asking a bureau or a registry, and only they need a score.
--
-- grain   customer_id
-- reads   current_loan
-- write   view

select distinct customer_id
from current_loan
where
    loan_status = 'active'
    or status_on > cast($business_date as date)
