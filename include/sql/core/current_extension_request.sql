-- current_extension_request: requests for more time as known on the date given, the latest version
-- of each.
--
-- grain   request_id
-- reads   extension_request
-- write   view

select
    extension_request.request_id,
    extension_request.loan_id,
    extension_request.requested_on,
    extension_request.reason_code,
    extension_request.instalments_asked,
    extension_request.days_asked,
    extension_request.decision,
    extension_request.decided_on,
    extension_request.instalments_granted,
    extension_request.days_granted,
    extension_request.received_on,
    extension_request.line_no
from extension_request
where
    extension_request.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from extension_request as later
        where
            extension_request.request_id = later.request_id
            and extension_request.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from extension_request as earliest
            )
    )
