-- person_dispute: what debtors dispute, under whichever of their customer numbers they said so.
--
-- Told under another number it is of all loans of the recipient: nobody knows which debt is meant
-- while nobody has said that the two are two persons. `told_of` is the number it was told under.
--
-- grain   customer_id, told_of, reason_id, received_on, loan_id
-- reads   standing_dispute, same_person
-- write   view

select
    customer_id,
    customer_id as told_of,
    loan_id,
    reason_id,
    received_on,
    counts_on,
    'amount_disputed' as reason
from standing_dispute

union

select
    same_person.customer_id,
    same_person.other_customer_id as told_of,
    cast(null as varchar) as loan_id,
    standing_dispute.reason_id,
    standing_dispute.received_on,
    standing_dispute.counts_on,
    'amount_disputed_elsewhere' as reason
from same_person
inner join standing_dispute
    on same_person.other_customer_id = standing_dispute.customer_id
where not same_person.stops_contact
