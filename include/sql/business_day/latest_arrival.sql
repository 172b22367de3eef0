-- latest_arrival: the latest date after the business date of which anything came, until a later
-- date has published its own files.
--
-- grain   known_on
-- reads   delivery, refused_delivery, publication
-- write   query

with

arrived as (

    select business_date
    from delivery

    union all

    select business_date
    from refused_delivery

)

select max(business_date) as known_on
from arrived
where
    business_date > cast($business_date as date)
    and not exists (
        select 1
        from publication
        where publication.business_date > cast($business_date as date)
    )
