-- current_complaint: complaints as known on the date given, the latest version of each.
--
-- grain   complaint_id
-- reads   complaint
-- write   view

select
    complaint.complaint_id,
    complaint.customer_id,
    complaint.loan_id,
    complaint.received_at,
    complaint.complaint_kind,
    complaint.channel,
    complaint.complaint_state,
    complaint.closed_on,
    complaint.received_on,
    complaint.line_no
from complaint
where
    complaint.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from complaint as later
        where
            complaint.complaint_id = later.complaint_id
            and complaint.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from complaint as earliest
            )
    )
