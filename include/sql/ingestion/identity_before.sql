-- identity_before: numbers and births of customers in the delivery that another one is about to
-- replace.
--
-- grain   received_on, customer_id
-- reads   customer, delivery
-- write   temporary

select
    customer_id,
    id_number,
    phone,
    birth_on,
    received_on
from customer
where
    received_on = cast($business_date as date)
    and (id_number is not null or phone is not null or birth_on is not null)
    and exists (
        select 1
        from delivery
        where
            delivery.business_date = cast($business_date as date)
            and delivery.source = cast($source as varchar)
            and delivery.feed = 'customer'
    )
