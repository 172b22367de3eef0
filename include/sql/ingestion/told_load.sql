-- told_load: the load that last changed what a feed tells of a business date.
--
-- Loads are counted as they come, whatever date they are for: it is what a release is held against.
--
-- grain   feed, received_on
-- reads   delivery
-- write   view

select
    feed,
    business_date as received_on,
    max(coalesce(load_no, 0)) as load_no
from delivery
group by feed, business_date
