-- current_contact_outcome: contact outcomes as known on the date given, the latest version of each.
--
-- grain   outcome_id
-- reads   contact_outcome
-- write   view

with

versions as (

    select
        outcome_id,
        task_id,
        customer_id,
        loan_id,
        channel,
        attempted_at,
        counterpart,
        contact_no,
        result,
        duration_seconds,
        script_id,
        collector_id,
        recording_uri,
        received_on,
        line_no,
        row_number() over (
            partition by outcome_id
            order by received_on desc
        ) as version_rank
    from contact_outcome
    where received_on <= cast($known_on as date)

)

select
    outcome_id,
    task_id,
    customer_id,
    loan_id,
    channel,
    attempted_at,
    counterpart,
    contact_no,
    result,
    duration_seconds,
    script_id,
    collector_id,
    recording_uri,
    received_on,
    line_no
from versions
where version_rank = 1
