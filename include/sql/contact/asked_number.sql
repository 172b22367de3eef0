-- asked_number: the numbers of the people concerned: their own, and those that tasks which stand
-- were made with.
--
-- grain   customer_id, number
-- reads   recipient, standing_subject
-- write   view

select
    customer_id,
    phone as number
from recipient
where phone is not null

union

select
    customer_id,
    phone as number
from standing_subject
where phone is not null
