-- current_customer_employment: employment as known on the date given, the latest version of each.
--
-- grain   customer_id, as_of_on
-- reads   customer_employment
-- write   view

with

versions as (

    select
        customer_id,
        as_of_on,
        contract_type,
        employed_since,
        received_on,
        line_no,
        row_number() over (
            partition by customer_id, as_of_on
            order by received_on desc
        ) as version_rank
    from customer_employment
    where received_on <= cast($known_on as date)

)

select
    customer_id,
    as_of_on,
    contract_type,
    employed_since,
    received_on,
    line_no
from versions
where version_rank = 1
