-- court_event: what a court has begun on a loan and not ended since.
--
-- A dismissal ends what was begun before it under the same case number; on one day, what was
-- received before it. Whatever is unclear goes on.
--
-- grain   event_id
-- reads   current_legal_event, rule_court_event
-- write   view

with

events as (

    select
        current_legal_event.event_id,
        current_legal_event.case_id,
        current_legal_event.loan_id,
        current_legal_event.event_kind,
        current_legal_event.happened_on,
        current_legal_event.received_on,
        rule_court_event.effect
    from current_legal_event
    inner join rule_court_event
        on
            rule_court_event.business_date = cast($business_date as date)
            and current_legal_event.event_kind = rule_court_event.event_kind

)

select
    begun.event_id,
    begun.case_id,
    begun.loan_id,
    begun.event_kind,
    begun.happened_on
from events as begun
where
    begun.effect = 'follows'
    and not exists (
        select 1
        from events as ended
        where
            ended.effect = 'ends'
            and begun.loan_id = ended.loan_id
            and coalesce(begun.case_id, '') = coalesce(ended.case_id, '')
            and (
                begun.happened_on < ended.happened_on
                or (
                    begun.happened_on = ended.happened_on
                    and begun.received_on < ended.received_on
                )
            )
    )
