-- current_contact_outcome: contact outcomes as known on the date given, the latest version of each.
--
-- grain   outcome_id
-- reads   contact_outcome
-- write   view

select
    contact_outcome.outcome_id,
    contact_outcome.task_id,
    contact_outcome.customer_id,
    contact_outcome.loan_id,
    contact_outcome.channel,
    contact_outcome.attempted_at,
    contact_outcome.counterpart,
    contact_outcome.contact_no,
    contact_outcome.result,
    contact_outcome.duration_seconds,
    contact_outcome.script_id,
    contact_outcome.collector_id,
    contact_outcome.recording_uri,
    contact_outcome.received_on,
    contact_outcome.line_no
from contact_outcome
where
    contact_outcome.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from contact_outcome as later
        where
            contact_outcome.outcome_id = later.outcome_id
            and contact_outcome.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from contact_outcome as earliest
            )
    )
