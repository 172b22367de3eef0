-- current_pause: pauses as known on the date given, the latest version of each.
--
-- grain   pause_id
-- reads   pause
-- write   view

select
    pause.pause_id,
    pause.loan_id,
    pause.starts_on,
    pause.ends_on,
    pause.pause_reason,
    pause.received_on,
    pause.line_no
from pause
where
    pause.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from pause as later
        where
            pause.pause_id = later.pause_id
            and pause.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from pause as earliest
            )
    )
