-- current_pause: pauses as known on the date given, the latest version of each.
--
-- grain   pause_id
-- reads   pause
-- write   view

with

versions as (

    select
        pause_id,
        loan_id,
        starts_on,
        ends_on,
        pause_reason,
        received_on,
        line_no,
        row_number() over (
            partition by pause_id
            order by received_on desc
        ) as version_rank
    from pause
    where received_on <= cast($known_on as date)

)

select
    pause_id,
    loan_id,
    starts_on,
    ends_on,
    pause_reason,
    received_on,
    line_no
from versions
where version_rank = 1
