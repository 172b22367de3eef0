-- standing_request: privacy requests that hold: from the day they are known of until they are
-- refused or taken back.
--
-- One that is still being examined holds as well: nobody is contacted while it is looked into.
--
-- grain   request_id
-- reads   current_privacy_request
-- write   view

select
    request_id,
    customer_id,
    request_kind,
    channel,
    purpose,
    request_state,
    least(cast(received_at as date), received_on) as asked_on
from current_privacy_request
where request_state in ('received', 'granted')
