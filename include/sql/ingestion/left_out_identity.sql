-- left_out_identity: births and numbers of customers that a delivery leaves out. By them a child
-- is known, one who is another customer too, and a number of two.
--
-- grain   received_on, left_out_no, customer_id
-- reads   identity_before, customer
-- write   append

select
    earlier.received_on,
    cast($load_no as bigint) as left_out_no,
    earlier.customer_id,
    earlier.id_number,
    earlier.phone,
    earlier.birth_on
from identity_before as earlier
left join customer
    on
        earlier.customer_id = customer.customer_id
        and earlier.received_on = customer.received_on
where
    (earlier.id_number is not null and earlier.id_number <> coalesce(customer.id_number, ''))
    or (earlier.phone is not null and earlier.phone <> coalesce(customer.phone, ''))
    or (
        earlier.birth_on is not null
        and (customer.birth_on is null or earlier.birth_on <> customer.birth_on)
    )
