-- open_refusal: deliveries that were refused as a whole, and of whose date nothing was taken in
-- since.
--
-- grain   business_date, source
-- reads   refused_delivery, delivery
-- write   query

with

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
    coalesce(max(refused_delivery.detail), 'more was refused than the contract allows') as detail
from refused_delivery
left join loaded
    on
        refused_delivery.business_date = loaded.business_date
        and refused_delivery.source = loaded.source
where coalesce(loaded.revision, 0) <= coalesce(refused_delivery.revision_loaded, 0)
group by refused_delivery.business_date, refused_delivery.source
order by refused_delivery.business_date, refused_delivery.source
