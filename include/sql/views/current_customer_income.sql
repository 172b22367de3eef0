-- current_customer_income: monthly incomes as known on the date given, the latest version of each.
--
-- grain   customer_id, income_month, income_source
-- reads   customer_income
-- write   view

with

versions as (

    select
        customer_id,
        income_month,
        income_source,
        amount,
        received_on,
        line_no,
        row_number() over (
            partition by customer_id, income_month, income_source
            order by received_on desc
        ) as version_rank
    from customer_income
    where received_on <= cast($known_on as date)

)

select
    customer_id,
    income_month,
    income_source,
    amount,
    received_on,
    line_no
from versions
where version_rank = 1
