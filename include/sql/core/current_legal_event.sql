-- current_legal_event: legal events as known on the date given, the latest version of each.
--
-- grain   event_id
-- reads   legal_event
-- write   view

select
    legal_event.event_id,
    legal_event.case_id,
    legal_event.customer_id,
    legal_event.loan_id,
    legal_event.event_kind,
    legal_event.happened_on,
    legal_event.amount,
    legal_event.received_on,
    legal_event.line_no
from legal_event
where
    legal_event.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from legal_event as later
        where
            legal_event.event_id = later.event_id
            and legal_event.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from legal_event as earliest
            )
    )
