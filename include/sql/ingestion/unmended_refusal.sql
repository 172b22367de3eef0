-- unmended_refusal: feeds of a delivery that was refused as a whole, and not taken in since.
--
-- A feed that may restrict is mended once that very feed is taken in for the same source and date:
-- a delivery that leaves it out says nothing of what the refused one told. Of the others, of one
-- that had no row, and where nobody could tell whether the feed was listed at all (`unlisted`), any
-- delivery of the source and date mends it.
--
-- grain   business_date, source, delivery_fingerprint, feed
-- reads   refused_delivery, delivery, rule_gate
-- write   view

with

restricting as (

    select distinct feed
    from rule_gate
    where check_name = 'delivery_refused'

),

loaded as (

    select
        business_date,
        source,
        max(revision) as revision
    from delivery
    group by business_date, source

)

select
    refused_delivery.business_date,
    refused_delivery.source,
    refused_delivery.delivery_fingerprint,
    refused_delivery.feed,
    refused_delivery.file_sha256,
    refused_delivery.rows_in,
    refused_delivery.detail,
    refused_delivery.revision_loaded,
    -- Of one that could not be read nobody knows how much there was.
    refused_delivery.rows_in > 0
    or refused_delivery.delivery_fingerprint like 'unread%'
    or refused_delivery.delivery_fingerprint like 'unlisted%' as may_tell
from refused_delivery
left join restricting
    on refused_delivery.feed = restricting.feed
left join loaded
    on
        refused_delivery.business_date = loaded.business_date
        and refused_delivery.source = loaded.source
left join delivery
    on
        refused_delivery.business_date = delivery.business_date
        and refused_delivery.source = delivery.source
        and refused_delivery.feed = delivery.feed
where
    coalesce(
        case
            when
                restricting.feed is not null
                and (
                    refused_delivery.rows_in > 0
                    or refused_delivery.delivery_fingerprint like 'unread %'
                )
                then delivery.revision
            else loaded.revision
        end,
        0
    ) <= coalesce(refused_delivery.revision_loaded, 0)
