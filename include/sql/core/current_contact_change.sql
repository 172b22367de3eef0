-- current_contact_change: changes of contact details as known on the date given, the latest version
-- of each.
--
-- grain   change_id
-- reads   contact_change
-- write   view

select
    contact_change.change_id,
    contact_change.customer_id,
    contact_change.changed_on,
    contact_change.contact_kind,
    contact_change.reported_by,
    contact_change.verification,
    contact_change.checked_on,
    contact_change.received_on,
    contact_change.line_no
from contact_change
where
    contact_change.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from contact_change as later
        where
            contact_change.change_id = later.change_id
            and contact_change.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from contact_change as earliest
            )
    )
