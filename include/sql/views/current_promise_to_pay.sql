-- current_promise_to_pay: promises to pay as known on the date given, the latest version of each.
--
-- grain   promise_id
-- reads   promise_to_pay
-- write   view

with

versions as (

    select
        promise_id,
        task_id,
        customer_id,
        loan_id,
        promised_on,
        due_on,
        amount,
        channel,
        collector_id,
        received_on,
        line_no,
        row_number() over (
            partition by promise_id
            order by received_on desc
        ) as version_rank
    from promise_to_pay
    where received_on <= cast($known_on as date)

)

select
    promise_id,
    task_id,
    customer_id,
    loan_id,
    promised_on,
    due_on,
    amount,
    channel,
    collector_id,
    received_on,
    line_no
from versions
where version_rank = 1
