-- shortfall_loan: loans that have been paid less than what was due, the only ones worth a close
-- look.
--
-- grain   loan_id
-- reads   loan_sum
-- write   temporary

select loan_id
from loan_sum
where shortfall > cast(0 as decimal(18, 2))
