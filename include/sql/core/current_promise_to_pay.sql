-- current_promise_to_pay: promises to pay as known on the date given, the latest version of each.
--
-- grain   promise_id
-- reads   promise_to_pay
-- write   view

select
    promise_to_pay.promise_id,
    promise_to_pay.task_id,
    promise_to_pay.customer_id,
    promise_to_pay.loan_id,
    promise_to_pay.promised_on,
    promise_to_pay.due_on,
    promise_to_pay.amount,
    promise_to_pay.channel,
    promise_to_pay.collector_id,
    promise_to_pay.received_on,
    promise_to_pay.line_no
from promise_to_pay
where
    promise_to_pay.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from promise_to_pay as later
        where
            promise_to_pay.promise_id = later.promise_id
            and promise_to_pay.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from promise_to_pay as earliest
            )
    )
