-- number_report: numbers that were found not to be the debtor's, by whoever had them then.
--
-- A report is about the number, however it is spelt: the one in the task that it names, or the one
-- that was known the day before the attempt. It stands against every customer who has that number
-- now, until the same customer was spoken to on it. What it leaves unclear counts for all that it
-- may mean: a number found wrong by a letter is a number, one that names a contact person is also
-- about that person's numbers, and one that names another debtor's task about those of both.
--
-- grain   customer_id, number, result
-- reads   recipient, asked_number, current_contact_outcome, contact_check_rule, told_number, task,
--         emergency_contact, phone_spelling
-- write   view

with

attempts as (

    select
        outcome_id,
        task_id,
        customer_id,
        channel,
        counterpart,
        contact_no,
        result,
        attempted_at,
        cast(attempted_at as date) as attempted_on,
        received_on
    from current_contact_outcome

),

findings as (

    select
        attempts.outcome_id,
        attempts.customer_id,
        attempts.contact_no,
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
        contact_no,
        'reached' as result,
        attempted_at,
        attempted_on
    from attempts
    where
        channel in ('phone', 'sms')
        and counterpart = 'debtor'
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
        task.phone as number,
        coalesce(attempts.customer_id = task.customer_id, false) as is_own
    from attempts
    inner join task
        on attempts.task_id = task.task_id
    where task.phone is not null

),

named as (

    select
        outcome_id,
        bool_or(is_own) as is_own
    from dialled
    group by outcome_id

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
    -- On whose number somebody was reached must be beyond doubt.
    where
        dialled.is_own
        or findings.result <> 'reached'

    union all

    select
        findings.customer_id,
        findings.result,
        findings.attempted_at,
        numbers.number
    from findings
    left join named
        on findings.outcome_id = named.outcome_id
    inner join called
        on findings.outcome_id = called.outcome_id
    inner join numbers
        on
            findings.customer_id = numbers.customer_id
            and called.received_on = numbers.received_on
    where
        named.outcome_id is null
        or (not named.is_own and findings.result <> 'reached')

    union all

    select
        findings.customer_id,
        findings.result,
        findings.attempted_at,
        coalesce(
            phone_spelling.number,
            case
                when left(emergency_contact.phone, 3) = '+86'
                    then right(emergency_contact.phone, 11)
            end,
            emergency_contact.phone
        ) as number
    from findings
    inner join emergency_contact
        on
            findings.customer_id = emergency_contact.customer_id
            and findings.contact_no = emergency_contact.contact_no
    left join phone_spelling
        on
            emergency_contact.customer_id = phone_spelling.customer_id
            and emergency_contact.phone = phone_spelling.spelling
    where
        findings.result <> 'reached'
        and emergency_contact.phone is not null
        and emergency_contact.received_on <= cast($known_on as date)

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
