-- contact_before: numbers and refusals of contact persons in the delivery that another one is
-- about to replace.
--
-- grain   received_on, customer_id, contact_no
-- reads   emergency_contact, delivery
-- write   temporary

select
    customer_id,
    contact_no,
    phone,
    opted_out_on,
    received_on
from emergency_contact
where
    received_on = cast($business_date as date)
    and (phone is not null or opted_out_on is not null)
    and exists (
        select 1
        from delivery
        where
            delivery.business_date = cast($business_date as date)
            and delivery.source = cast($source as varchar)
            and delivery.feed = 'emergency_contact'
    )
