-- refused_content: what was in the deliveries that were refused as a whole, and not taken in since.
--
-- grain   business_date, source, delivery_fingerprint, feed
-- reads   unmended_refusal
-- write   query

select
    business_date,
    source,
    delivery_fingerprint,
    feed,
    file_sha256
from unmended_refusal
order by business_date, source, delivery_fingerprint, feed
