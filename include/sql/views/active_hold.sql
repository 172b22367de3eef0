-- active_hold: what pauses contact on the business date: holds, and complaints that are still open.
--
-- Both last from their first day up to the day before their end. A complaint pauses from the day it
-- is known of, whatever time it was received at.
--
-- grain   origin, hold_id
-- reads   current_hold, current_complaint
-- write   view

with

pauses as (

    select
        'hold' as origin,
        hold_id,
        customer_id,
        loan_id,
        hold_kind,
        starts_on,
        ends_on
    from current_hold

    union all

    select
        'complaint' as origin,
        complaint_id as hold_id,
        customer_id,
        loan_id,
        'complaint' as hold_kind,
        least(cast(received_at as date), received_on) as starts_on,
        closed_on as ends_on
    from current_complaint

)

select
    origin,
    hold_id,
    customer_id,
    loan_id,
    hold_kind,
    starts_on,
    ends_on
from pauses
where
    starts_on <= cast($business_date as date)
    and (ends_on is null or ends_on > cast($business_date as date))
