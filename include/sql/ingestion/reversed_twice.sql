-- reversed_twice: dates with a second reversal of one booking.
--
-- grain   received_on
-- reads   repayment
-- write   query

select distinct later.received_on
from repayment as later
inner join repayment as earlier
    on later.reverses_id = earlier.reverses_id
where
    later.received_on >= cast($business_date as date)
    and later.booking_part = 1
    and earlier.booking_part = 1
    and earlier.received_on < later.received_on
    and earlier.repayment_id <> later.repayment_id
order by later.received_on
