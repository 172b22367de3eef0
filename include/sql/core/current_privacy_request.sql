-- current_privacy_request: privacy requests as known on the date given, the latest version of each.
--
-- grain   request_id
-- reads   privacy_request
-- write   view

select
    privacy_request.request_id,
    privacy_request.customer_id,
    privacy_request.request_kind,
    privacy_request.channel,
    privacy_request.contact_no,
    privacy_request.purpose,
    privacy_request.received_at,
    privacy_request.request_state,
    privacy_request.closed_on,
    privacy_request.received_on,
    privacy_request.line_no
from privacy_request
where
    privacy_request.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from privacy_request as later
        where
            privacy_request.request_id = later.request_id
            and privacy_request.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from privacy_request as earliest
            )
    )
