-- newest_judged_date: the newest date up to the date of knowledge that was run, or on which
-- somebody was refused.
--
-- grain   newest
-- reads   business_day, contact_denial
-- write   query

with

dates as (

    select business_date
    from business_day
    where day_state <> 'skipped'

    union all

    select business_date
    from contact_denial

)

select max(business_date) as newest
from dates
where business_date <= cast($known_on as date)
