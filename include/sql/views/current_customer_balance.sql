-- current_customer_balance: assets and liabilities as known on the date given, the latest version of each.
--
-- grain   customer_id, as_of_on, balance_kind, category
-- reads   customer_balance
-- write   view

with

versions as (

    select
        customer_id,
        as_of_on,
        balance_kind,
        category,
        amount,
        received_on,
        line_no,
        row_number() over (
            partition by customer_id, as_of_on, balance_kind, category
            order by received_on desc
        ) as version_rank
    from customer_balance
    where received_on <= cast($known_on as date)

)

select
    customer_id,
    as_of_on,
    balance_kind,
    category,
    amount,
    received_on,
    line_no
from versions
where version_rank = 1
