-- current_complaint: complaints as known on the date given, the latest version of each.
--
-- grain   complaint_id
-- reads   complaint
-- write   view

with

versions as (

    select
        complaint_id,
        customer_id,
        loan_id,
        received_at,
        complaint_kind,
        channel,
        complaint_state,
        closed_on,
        received_on,
        line_no,
        row_number() over (
            partition by complaint_id
            order by received_on desc
        ) as version_rank
    from complaint
    where received_on <= cast($known_on as date)

)

select
    complaint_id,
    customer_id,
    loan_id,
    received_at,
    complaint_kind,
    channel,
    complaint_state,
    closed_on,
    received_on,
    line_no
from versions
where version_rank = 1
