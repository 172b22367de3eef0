-- active_hold: holds that last on the business date, from the first day up to the day before the end.
--
-- grain   hold_id
-- reads   current_hold
-- write   view

select
    hold_id,
    customer_id,
    loan_id,
    hold_kind,
    starts_on,
    ends_on
from current_hold
where
    starts_on <= cast($business_date as date)
    and (ends_on is null or ends_on > cast($business_date as date))
