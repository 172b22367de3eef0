-- current_extension_request: requests for more time as known on the date given, the latest version of each.
--
-- grain   request_id
-- reads   extension_request
-- write   view

with

versions as (

    select
        request_id,
        loan_id,
        requested_on,
        reason_code,
        instalments_asked,
        days_asked,
        decision,
        decided_on,
        instalments_granted,
        days_granted,
        received_on,
        line_no,
        row_number() over (
            partition by request_id
            order by received_on desc
        ) as version_rank
    from extension_request
    where received_on <= cast($known_on as date)

)

select
    request_id,
    loan_id,
    requested_on,
    reason_code,
    instalments_asked,
    days_asked,
    decision,
    decided_on,
    instalments_granted,
    days_granted,
    received_on,
    line_no
from versions
where version_rank = 1
