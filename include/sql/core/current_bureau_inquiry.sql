-- current_bureau_inquiry: inquiries at the bureau as known on the date given, each once.
--
-- grain   inquiry_id
-- reads   bureau_inquiry
-- write   view

select
    bureau_inquiry.inquiry_id,
    bureau_inquiry.customer_id,
    bureau_inquiry.inquired_on,
    bureau_inquiry.lender_id,
    bureau_inquiry.lender_type,
    bureau_inquiry.purpose,
    bureau_inquiry.received_on,
    bureau_inquiry.line_no
from bureau_inquiry
where
    bureau_inquiry.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from bureau_inquiry as later
        where
            bureau_inquiry.inquiry_id = later.inquiry_id
            and bureau_inquiry.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from bureau_inquiry as earliest
            )
    )
