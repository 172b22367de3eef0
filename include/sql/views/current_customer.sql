-- current_customer: customers as known on the date given, the latest version of each.
--
-- grain   customer_id
-- reads   customer
-- write   view

with

versions as (

    select
        customer_id,
        customer_name,
        id_number,
        phone,
        email,
        address,
        birth_on,
        customer_group,
        contact_updated_on,
        deceased_on,
        received_on,
        line_no,
        row_number() over (
            partition by customer_id
            order by received_on desc
        ) as version_rank
    from customer
    where received_on <= cast($known_on as date)

)

select
    customer_id,
    customer_name,
    id_number,
    phone,
    email,
    address,
    birth_on,
    customer_group,
    contact_updated_on,
    deceased_on,
    received_on,
    line_no
from versions
where version_rank = 1
