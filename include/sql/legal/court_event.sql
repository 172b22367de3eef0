-- court_event: what a court has begun on a loan and not ended since.
--
-- A dismissal ends what was begun before it under the same case number; on one day, what was
-- received before it. Whatever is unclear ends nothing.
--
-- grain   event_id
-- reads   court_notice
-- write   view

select
    begun.event_id,
    begun.case_id,
    begun.loan_id,
    begun.event_kind,
    begun.happened_on,
    begun.received_on,
    begun.effect = 'begins' as is_suit
from court_notice as begun
where
    begun.effect in ('begins', 'follows')
    and not exists (
        select 1
        from court_notice as ended
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
