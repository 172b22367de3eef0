-- current_emergency_contact: contact persons as known on the date given, the latest version of each.
--
-- grain   customer_id, contact_no
-- reads   emergency_contact
-- write   view

with

versions as (

    select
        customer_id,
        contact_no,
        contact_name,
        relation,
        phone,
        opted_out_on,
        received_on,
        line_no,
        row_number() over (
            partition by customer_id, contact_no
            order by received_on desc
        ) as version_rank
    from emergency_contact
    where received_on <= cast($known_on as date)

)

select
    customer_id,
    contact_no,
    contact_name,
    relation,
    phone,
    opted_out_on,
    received_on,
    line_no
from versions
where version_rank = 1
