-- current_overdue_reason: reasons for being overdue as known on the date given, the latest version of each.
--
-- grain   reason_id
-- reads   overdue_reason
-- write   view

with

versions as (

    select
        reason_id,
        customer_id,
        loan_id,
        stated_on,
        reason,
        channel,
        collector_id,
        received_on,
        line_no,
        row_number() over (
            partition by reason_id
            order by received_on desc
        ) as version_rank
    from overdue_reason
    where received_on <= cast($known_on as date)

)

select
    reason_id,
    customer_id,
    loan_id,
    stated_on,
    reason,
    channel,
    collector_id,
    received_on,
    line_no
from versions
where version_rank = 1
