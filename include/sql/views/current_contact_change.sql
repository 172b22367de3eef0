-- current_contact_change: changes of contact details as known on the date given, the latest version of each.
--
-- grain   change_id
-- reads   contact_change
-- write   view

with

versions as (

    select
        change_id,
        customer_id,
        changed_on,
        contact_kind,
        reported_by,
        verification,
        checked_on,
        received_on,
        line_no,
        row_number() over (
            partition by change_id
            order by received_on desc
        ) as version_rank
    from contact_change
    where received_on <= cast($known_on as date)

)

select
    change_id,
    customer_id,
    changed_on,
    contact_kind,
    reported_by,
    verification,
    checked_on,
    received_on,
    line_no
from versions
where version_rank = 1
