-- stage_move_count: how many loans went from which stage to which on the business date.
--
-- grain   event, from_stage, to_stage
-- reads   current_stage_event
-- write   query

select
    event,
    from_stage,
    to_stage,
    count(*) as loans
from current_stage_event
where business_date = cast($business_date as date)
group by event, from_stage, to_stage
order by event, from_stage, to_stage
