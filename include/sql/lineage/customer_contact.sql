-- customer_contact: what was asked for and what was refused for one customer, around one date.
--
-- The file of a date is worked on the day after, so contacts of the day before are in it as well.
--
-- grain   one row per task action and per denial
-- reads   task, contact_denial
-- write   query

with

asked as (

    select
        business_date,
        queue,
        revision,
        task_action,
        task_id,
        reason_zh,
        reason_en,
        window_start,
        rule_id,
        rule_version
    from task
    where
        customer_id = cast($customer_id as varchar)
        and (
            business_date = cast($business_date as date)
            or business_date = cast($business_date as date) + (-1)
        )

),

refused as (

    select
        business_date,
        queue,
        check_name,
        subject,
        loan_id,
        reason,
        rule_id,
        rule_version
    from contact_denial
    where
        customer_id = cast($customer_id as varchar)
        and (
            business_date = cast($business_date as date)
            or business_date = cast($business_date as date) + (-1)
        )

),

contacts as (

    select
        business_date,
        queue,
        revision,
        task_action as answer,
        task_id,
        reason_zh,
        reason_en,
        window_start,
        rule_id,
        rule_version
    from asked

    union all

    select
        business_date,
        queue,
        cast(null as integer) as revision,
        'denied' as answer,
        cast(null as varchar) as task_id,
        concat_ws('; ', reason, '检查 ' || check_name, '借据 ' || loan_id) as reason_zh,
        concat_ws('; ', reason, 'check ' || check_name, 'loan ' || loan_id) as reason_en,
        cast(null as varchar) as window_start,
        rule_id,
        rule_version
    from refused

)

select
    business_date,
    queue,
    revision,
    answer,
    task_id,
    reason_zh,
    reason_en,
    window_start,
    rule_id,
    rule_version
from contacts
order by business_date, queue, revision, answer, task_id, reason_en
