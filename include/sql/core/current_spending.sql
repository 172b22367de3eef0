-- current_spending: spending as known on the date given, the latest version of each month and
-- category.
--
-- grain   customer_id, spending_month, category, currency
-- reads   spending
-- write   view

select
    spending.customer_id,
    spending.spending_month,
    spending.category,
    spending.currency,
    spending.amount,
    spending.payments,
    spending.largest_amount,
    spending.received_on,
    spending.line_no
from spending
where
    spending.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from spending as later
        where
            spending.customer_id = later.customer_id
            and spending.spending_month = later.spending_month
            and spending.category = later.category
            and spending.currency = later.currency
            and spending.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from spending as earliest
            )
    )
