-- open_promise: promises to pay, and the days they keep the debtor from being asked again.
--
-- From the day a promise was given through the day by which it is to be paid, and no longer than
-- the rule lets one last from the day it is known of, however often it is sent again. One that was
-- due before it was given, or long before it was first told of, is unclear and lasts that long.
--
-- grain   promise_id
-- reads   promise_to_pay, current_promise_to_pay, contact_check_rule, standing_release, told_load, late_end
-- write   view

with

first_told as (

    select
        promise_id,
        customer_id,
        loan_id,
        promised_on,
        due_on,
        min(received_on) as received_on
    from promise_to_pay
    where received_on <= cast($known_on as date)
    group by promise_id, customer_id, loan_id, promised_on, due_on

),

promises as (

    select
        current_promise_to_pay.promise_id,
        current_promise_to_pay.customer_id,
        current_promise_to_pay.loan_id,
        least(
            current_promise_to_pay.promised_on, current_promise_to_pay.received_on
        ) as starts_on,
        case
            when
                current_promise_to_pay.due_on >= current_promise_to_pay.promised_on
                and late_end.feed is null
                then current_promise_to_pay.due_on
        end as due_on,
        current_promise_to_pay.received_on,
        coalesce(first_told.received_on, current_promise_to_pay.received_on) as first_received_on
    from current_promise_to_pay
    left join first_told
        on
            current_promise_to_pay.promise_id = first_told.promise_id
            and current_promise_to_pay.customer_id = first_told.customer_id
            and current_promise_to_pay.loan_id = first_told.loan_id
            and current_promise_to_pay.promised_on = first_told.promised_on
            and current_promise_to_pay.due_on = first_told.due_on
    left join late_end
        on
            late_end.feed = 'promise_to_pay'
            and current_promise_to_pay.promise_id = late_end.record_key
            and current_promise_to_pay.due_on = late_end.ends_on

),

longest as (

    select longest_days
    from contact_check_rule
    where
        check_name = 'no_hold'
        and subject = 'promise_to_pay'

)

select
    promises.promise_id,
    promises.customer_id,
    promises.loan_id,
    promises.starts_on,
    least(promises.due_on, promises.first_received_on + longest.longest_days) + 1 as ends_on,
    promises.received_on,
    coalesce(told_load.load_no, 0) as load_no
from promises
cross join longest
left join told_load
    on
        told_load.feed = 'promise_to_pay'
        and promises.received_on = told_load.received_on
left join standing_release
    on
        promises.customer_id = standing_release.customer_id
        and standing_release.kind = 'promise_to_pay'
        and standing_release.record_key = 'promise_to_pay ' || promises.promise_id
        and promises.received_on <= standing_release.released_on
        and coalesce(told_load.load_no, 0) <= standing_release.known_load_no
where standing_release.customer_id is null
