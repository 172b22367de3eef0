-- current_hold: holds as known on the date given, the latest version of each.
--
-- grain   hold_id
-- reads   hold
-- write   view

select
    hold.hold_id,
    hold.customer_id,
    hold.loan_id,
    hold.hold_kind,
    hold.starts_on,
    hold.ends_on,
    hold.received_on,
    hold.line_no
from hold
where
    hold.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from hold as later
        where
            hold.hold_id = later.hold_id
            and hold.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from hold as earliest
            )
    )
