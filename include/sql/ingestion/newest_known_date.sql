-- newest_known_date: the newest date that is in the book, or that an opening was delivered for.
--
-- grain   newest
-- reads   business_day, delivery
-- write   query

with

known as (

    select business_date
    from business_day

    union all

    select business_date
    from delivery
    where is_opening

)

select max(business_date) as newest
from known
