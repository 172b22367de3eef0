-- standing_request: privacy requests that hold: from the day they are known of until they are
-- refused or taken back.
--
-- One that is still being examined holds as well: nobody is contacted while it is looked into. An
-- end without its day, before the request came or after it was told of, is doubtful and ends
-- nothing until a corrected row comes or a person releases it.
--
-- grain   request_id
-- reads   current_privacy_request, standing_release, told_load
-- write   view

select
    current_privacy_request.request_id,
    current_privacy_request.customer_id,
    current_privacy_request.request_kind,
    current_privacy_request.channel,
    current_privacy_request.purpose,
    current_privacy_request.request_state,
    least(
        cast(current_privacy_request.received_at as date), current_privacy_request.received_on
    ) as asked_on,
    current_privacy_request.received_on,
    coalesce(told_load.load_no, 0) as load_no
from current_privacy_request
left join told_load
    on
        told_load.feed = 'privacy_request'
        and current_privacy_request.received_on = told_load.received_on
left join standing_release
    on
        current_privacy_request.customer_id = standing_release.customer_id
        and standing_release.kind = 'doubtful_hold'
        and current_privacy_request.received_on <= standing_release.released_on
        and coalesce(told_load.load_no, 0) <= standing_release.known_load_no
where
    current_privacy_request.request_state in ('received', 'granted')
    or (
        standing_release.customer_id is null
        and (
            current_privacy_request.closed_on is null
            or current_privacy_request.closed_on
            < cast(current_privacy_request.received_at as date)
            or current_privacy_request.closed_on > current_privacy_request.received_on + 1
        )
    )
