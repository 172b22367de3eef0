-- current_customer_employment: employment as known on the date given, the latest version of each.
--
-- grain   customer_id, as_of_on
-- reads   customer_employment
-- write   view

select
    customer_employment.customer_id,
    customer_employment.as_of_on,
    customer_employment.contract_type,
    customer_employment.employed_since,
    customer_employment.received_on,
    customer_employment.line_no
from customer_employment
where
    customer_employment.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from customer_employment as later
        where
            customer_employment.customer_id = later.customer_id
            and customer_employment.as_of_on = later.as_of_on
            and customer_employment.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from customer_employment as earliest
            )
    )
