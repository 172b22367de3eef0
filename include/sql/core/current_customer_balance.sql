-- current_customer_balance: assets and liabilities as known on the date given, the latest version
-- of each.
--
-- grain   customer_id, as_of_on, balance_kind, category
-- reads   customer_balance
-- write   view

select
    customer_balance.customer_id,
    customer_balance.as_of_on,
    customer_balance.balance_kind,
    customer_balance.category,
    customer_balance.amount,
    customer_balance.received_on,
    customer_balance.line_no
from customer_balance
where
    customer_balance.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from customer_balance as later
        where
            customer_balance.customer_id = later.customer_id
            and customer_balance.as_of_on = later.as_of_on
            and customer_balance.balance_kind = later.balance_kind
            and customer_balance.category = later.category
            and customer_balance.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from customer_balance as earliest
            )
    )
