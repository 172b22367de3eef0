-- go_live_waiting: openings whose first actions nobody has released yet.
--
-- grain   opened_on
-- reads   go_live_action, go_live_release
-- write   query

with

released as (

    select distinct opened_on
    from go_live_release

)

select
    go_live_action.business_date as opened_on,
    count(*) as actions
from go_live_action
left join released
    on go_live_action.business_date = released.opened_on
where
    go_live_action.business_date <= cast($business_date as date)
    and released.opened_on is null
group by go_live_action.business_date
order by go_live_action.business_date
