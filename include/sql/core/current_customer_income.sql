-- current_customer_income: monthly incomes as known on the date given, the latest version of each.
--
-- grain   customer_id, income_month, income_source
-- reads   customer_income
-- write   view

select
    customer_income.customer_id,
    customer_income.income_month,
    customer_income.income_source,
    customer_income.amount,
    customer_income.received_on,
    customer_income.line_no
from customer_income
where
    customer_income.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from customer_income as later
        where
            customer_income.customer_id = later.customer_id
            and customer_income.income_month = later.income_month
            and customer_income.income_source = later.income_source
            and customer_income.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from customer_income as earliest
            )
    )
