-- current_privacy_request: privacy requests as known on the date given, the latest version of each.
--
-- grain   request_id
-- reads   privacy_request
-- write   view

with

versions as (

    select
        request_id,
        customer_id,
        request_kind,
        channel,
        contact_no,
        purpose,
        received_at,
        request_state,
        closed_on,
        received_on,
        line_no,
        row_number() over (
            partition by request_id
            order by received_on desc
        ) as version_rank
    from privacy_request
    where received_on <= cast($known_on as date)

)

select
    request_id,
    customer_id,
    request_kind,
    channel,
    contact_no,
    purpose,
    received_at,
    request_state,
    closed_on,
    received_on,
    line_no
from versions
where version_rank = 1
