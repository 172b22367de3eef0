-- left_out_restriction: what protected a customer and is left out of the delivery that replaces
-- the one that told it. The same protection under the same key, whatever else of the row has
-- changed, is told again.
--
-- grain   received_on, left_out_no, feed, record_key, line_no
-- reads   protection_before, told_restriction
-- write   append

select
    earlier.received_on,
    cast($load_no as bigint) as left_out_no,
    earlier.feed,
    earlier.record_key,
    earlier.customer_id,
    earlier.loan_id,
    earlier.aspect,
    earlier.scope,
    earlier.starts_on,
    earlier.ends_on,
    earlier.release_kind,
    earlier.line_no,
    earlier.told_no
from protection_before as earlier
where not exists (
    select 1
    from told_restriction as told
    where
        told.received_on = cast($business_date as date)
        and earlier.feed = told.feed
        and earlier.record_key = told.record_key
        and earlier.customer_id = told.customer_id
        and earlier.aspect = told.aspect
        and coalesce(earlier.loan_id, '') = coalesce(told.loan_id, '')
        and coalesce(earlier.scope, '') = coalesce(told.scope, '')
        and told.is_protecting
        and told.starts_on <= earlier.starts_on
)
