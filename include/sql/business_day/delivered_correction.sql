-- delivered_correction: rows that people have corrected since: they are part of what was delivered.
--
-- grain   business_date, source, feed, file_sha256
-- reads   delivery, delivery_requeue
-- write   query

select
    delivery.business_date,
    delivery.source,
    delivery.feed,
    asked.file_sha256
from delivery
inner join delivery_requeue as asked
    on
        delivery.business_date = asked.business_date
        and delivery.source = asked.source
        and delivery.feed = asked.feed
where asked.file_sha256 <> ''
order by delivery.business_date, delivery.source, delivery.feed, asked.requeue_no
