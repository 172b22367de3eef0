-- held_before: rows in quarantine of the delivery that is being made again, with the file each
-- stands in.
--
-- grain   feed, line_no
-- reads   quarantine, delivery
-- write   temporary

select
    quarantine.feed,
    quarantine.line_no,
    delivery.file_sha256
from quarantine
inner join delivery
    on
        quarantine.business_date = delivery.business_date
        and quarantine.source = delivery.source
        and quarantine.feed = delivery.feed
where
    quarantine.business_date = cast($business_date as date)
    and quarantine.source = cast($source as varchar)
