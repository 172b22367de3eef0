-- current_spending: spending as known on the date given, the latest version of each month and category.
--
-- grain   customer_id, spending_month, category, currency
-- reads   spending
-- write   view

with

versions as (

    select
        customer_id,
        spending_month,
        category,
        currency,
        amount,
        payments,
        largest_amount,
        received_on,
        line_no,
        row_number() over (
            partition by customer_id, spending_month, category, currency
            order by received_on desc
        ) as version_rank
    from spending
    where received_on <= cast($known_on as date)

)

select
    customer_id,
    spending_month,
    category,
    currency,
    amount,
    payments,
    largest_amount,
    received_on,
    line_no
from versions
where version_rank = 1
