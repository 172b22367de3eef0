-- released_action_count: actions of the go-live list that were let go on the business date, by
-- queue.
--
-- grain   queue
-- reads   go_live_action, go_live_release
-- write   query

select
    go_live_action.queue,
    count(*) as actions
from go_live_action
inner join go_live_release
    on go_live_action.business_date = go_live_release.opened_on
where go_live_release.business_date = cast($business_date as date)
group by go_live_action.queue
order by go_live_action.queue
