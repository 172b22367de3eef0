-- current_legal_event: legal events as known on the date given, the latest version of each.
--
-- grain   event_id
-- reads   legal_event
-- write   view

with

versions as (

    select
        event_id,
        case_id,
        customer_id,
        loan_id,
        event_kind,
        happened_on,
        amount,
        received_on,
        line_no,
        row_number() over (
            partition by event_id
            order by received_on desc
        ) as version_rank
    from legal_event
    where received_on <= cast($known_on as date)

)

select
    event_id,
    case_id,
    customer_id,
    loan_id,
    event_kind,
    happened_on,
    amount,
    received_on,
    line_no
from versions
where version_rank = 1
