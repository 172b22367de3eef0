-- current_customer: customers as known on the date given, the latest version of each.
--
-- grain   customer_id
-- reads   customer
-- write   view

select
    customer.customer_id,
    customer.customer_name,
    customer.id_number,
    customer.phone,
    customer.email,
    customer.address,
    customer.birth_on,
    customer.customer_group,
    customer.contact_updated_on,
    customer.deceased_on,
    customer.received_on,
    customer.line_no
from customer
where
    customer.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from customer as later
        where
            customer.customer_id = later.customer_id
            and customer.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from customer as earliest
            )
    )
