-- protection_before: what protects a customer in the delivery that another one is about to
-- replace.
--
-- grain   received_on, feed, record_key, aspect
-- reads   told_restriction, delivery
-- write   temporary

select
    told_restriction.received_on,
    told_restriction.feed,
    told_restriction.record_key,
    told_restriction.customer_id,
    told_restriction.loan_id,
    told_restriction.aspect,
    told_restriction.scope,
    told_restriction.starts_on,
    told_restriction.ends_on,
    told_restriction.release_kind,
    told_restriction.line_no,
    coalesce(delivery.load_no, 0) as told_no
from told_restriction
inner join delivery
    on
        told_restriction.received_on = delivery.business_date
        and told_restriction.feed = delivery.feed
where
    delivery.business_date = cast($business_date as date)
    and delivery.source = cast($source as varchar)
    and told_restriction.received_on = cast($business_date as date)
    and told_restriction.is_protecting
    and (
        told_restriction.ends_on is null
        or told_restriction.ends_on > told_restriction.received_on
        -- An end that had come is kept for the view to judge: it may be a mistyped one.
        or told_restriction.feed in ('hold', 'pause', 'promise_to_pay')
    )
