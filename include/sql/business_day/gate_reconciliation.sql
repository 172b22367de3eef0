-- gate_reconciliation: what was received beside what the sender says it sent.
--
-- grain   check_name, feed, column_name
-- reads   feed_profile
-- write   view

select
    'control_total' as check_name,
    feed,
    column_name,
    rows_in as rows_seen,
    cast(received_sum - promised_sum as decimal(28, 4)) as observed
from feed_profile
where
    business_date = cast($business_date as date)
    and promised_sum is not null
