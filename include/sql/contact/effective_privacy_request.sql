-- effective_privacy_request: privacy requests that hold: from the day they are known of until they are
-- refused or taken back.
--
-- One that is still being examined holds as well: nobody is contacted while it is looked into. An
-- end without its day, before the request came or after it was told of, is doubtful and ends
-- nothing until a corrected row comes or a person releases that request; so is the end of one that
-- has no outcome.
--
-- grain   request_id
-- reads   current_privacy_request, standing_release, told_load
-- write   view

with

told as (

    select
        request_id,
        customer_id,
        request_kind,
        channel,
        purpose,
        request_state,
        least(cast(received_at as date), received_on) as asked_on,
        received_on,
        case
            when request_state = 'granted' then false
            when request_state = 'received' then closed_on is not null
            else
                closed_on is null
                or closed_on < cast(received_at as date)
                or closed_on > received_on + 1
        end as is_doubtful
    from current_privacy_request

)

select
    told.request_id,
    told.customer_id,
    told.request_kind,
    told.channel,
    told.purpose,
    told.request_state,
    told.asked_on,
    told.received_on,
    coalesce(told_load.load_no, 0) as load_no,
    told.is_doubtful
from told
left join told_load
    on
        told_load.feed = 'privacy_request'
        and told.received_on = told_load.received_on
left join standing_release
    on
        told.customer_id = standing_release.customer_id
        and standing_release.kind = 'doubtful_hold'
        and standing_release.record_key = 'privacy_request ' || told.request_id
        and told.received_on <= standing_release.released_on
        and coalesce(told_load.load_no, 0) <= standing_release.known_load_no
where
    (told.is_doubtful and standing_release.customer_id is null)
    or (not told.is_doubtful and told.request_state in ('received', 'granted'))
