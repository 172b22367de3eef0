-- current_satisfaction: surveys of satisfaction as known on the date given, the latest version of
-- each.
--
-- grain   survey_id
-- reads   satisfaction
-- write   view

select
    satisfaction.survey_id,
    satisfaction.task_id,
    satisfaction.customer_id,
    satisfaction.answered_on,
    satisfaction.score,
    satisfaction.channel,
    satisfaction.collector_id,
    satisfaction.received_on,
    satisfaction.line_no
from satisfaction
where
    satisfaction.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from satisfaction as later
        where
            satisfaction.survey_id = later.survey_id
            and satisfaction.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from satisfaction as earliest
            )
    )
