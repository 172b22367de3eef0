-- current_overdue_reason: reasons for being overdue as known on the date given, the latest version
-- of each.
--
-- grain   reason_id
-- reads   overdue_reason
-- write   view

select
    overdue_reason.reason_id,
    overdue_reason.customer_id,
    overdue_reason.loan_id,
    overdue_reason.stated_on,
    overdue_reason.reason,
    overdue_reason.channel,
    overdue_reason.collector_id,
    overdue_reason.received_on,
    overdue_reason.line_no
from overdue_reason
where
    overdue_reason.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from overdue_reason as later
        where
            overdue_reason.reason_id = later.reason_id
            and overdue_reason.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from overdue_reason as earliest
            )
    )
