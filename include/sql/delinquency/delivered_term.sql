-- delivered_term: instalments that the delivery of today tells anew.
--
-- Made before they are compared with the book: an engine that has to guess how many there are reads
-- the whole schedule for them.
--
-- grain   loan_id, instalment_no
-- reads   instalment
-- write   temporary

select
    loan_id,
    instalment_no,
    due_on
from instalment
where received_on = cast($business_date as date)
