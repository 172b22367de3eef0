-- number_report: numbers that were found not to be the debtor's, by whoever had them then.
--
-- A report is about the number, however it is spelt: the one in the task that it names, or the one
-- that was known the day before the attempt. It stands against every customer who has that number now, until the same customer was
-- spoken to on it.
--
-- grain   customer_id, number, result
-- reads   recipient, asked_number, current_contact_outcome, contact_check_rule, told_number, task
-- write   view

with

attempts as (

    select
        outcome_id,
        task_id,
        customer_id,
        counterpart,
        result,
        attempted_at,
        cast(attempted_at as date) as attempted_on,
        received_on
    from current_contact_outcome
    where channel in ('phone', 'sms')

),

findings as (

    select
        attempts.outcome_id,
        attempts.customer_id,
        attempts.result,
        attempts.attempted_at,
        attempts.attempted_on
    from attempts
    inner join contact_check_rule
        on
            contact_check_rule.check_name = 'number_is_debtors'
            and attempts.result = contact_check_rule.subject

    union all

    select
        outcome_id,
        customer_id,
        'reached' as result,
        attempted_at,
        attempted_on
    from attempts
    where
        counterpart = 'debtor'
        and result in ('connected', 'answered')
        -- Nobody was reached on a day that has not come.
        and attempted_on <= received_on

),

doubted as (

    select distinct customer_id
    from findings
    where result <> 'reached'

),

asked as (

    select customer_id
    from doubted

    union

    select customer_id
    from recipient

),

numbers as (

    select
        told_number.customer_id,
        told_number.received_on,
        told_number.number
    from told_number
    inner join asked
        on told_number.customer_id = asked.customer_id

),

called as (

    -- Who had no number before the attempt was called on the first one that was ever told.
    select
        findings.outcome_id,
        coalesce(
            max(
                case
                    when numbers.received_on < findings.attempted_on then numbers.received_on
                end
            ),
            min(numbers.received_on)
        ) as received_on
    from findings
    inner join numbers
        on findings.customer_id = numbers.customer_id
    group by findings.outcome_id

),

dialled as (

    select distinct
        attempts.outcome_id,
        task.phone as number
    from attempts
    inner join task
        on
            attempts.task_id = task.task_id
            and attempts.customer_id = task.customer_id
    where task.phone is not null

),

results as (

    select
        findings.customer_id,
        findings.result,
        findings.attempted_at,
        dialled.number
    from findings
    inner join dialled
        on findings.outcome_id = dialled.outcome_id

    union all

    select
        findings.customer_id,
        findings.result,
        findings.attempted_at,
        numbers.number
    from findings
    left join dialled
        on findings.outcome_id = dialled.outcome_id
    inner join called
        on findings.outcome_id = called.outcome_id
    inner join numbers
        on
            findings.customer_id = numbers.customer_id
            and called.received_on = numbers.received_on
    where dialled.outcome_id is null

),

reports as (

    select
        number,
        result,
        max(attempted_at) as reported_at
    from results
    where result <> 'reached'
    group by number, result

),

reached as (

    select
        customer_id,
        number,
        max(attempted_at) as reached_at
    from results
    where result = 'reached'
    group by customer_id, number

)

select
    asked_number.customer_id,
    asked_number.number,
    reports.result,
    cast(reports.reported_at as date) as reported_on
from asked_number
inner join reports
    on asked_number.number = reports.number
left join reached
    on
        asked_number.customer_id = reached.customer_id
        and asked_number.number = reached.number
where
    reached.reached_at is null
    or reached.reached_at <= reports.reported_at
