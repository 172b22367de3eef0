-- number_report: numbers that were found not to be the debtor's, by whoever had them then.
--
-- A report is about the number, however it is spelt: the one in the task that it names, or the one
-- that was known the day before the attempt, and one that was told on the very day, which may be
-- the one that was called. One of a day before any number was known is about all known by the
-- report. It stands against every customer who has that number now, until the same customer was
-- spoken to on it, or a person releases the number for him. What it leaves unclear counts for all
-- that it may mean: a number found wrong by a letter is a number, one that names a contact person
-- is also about that person's numbers, one that names another debtor's task or loan about those of
-- both, and one that is told long after its day, whose year may be mistyped, also about the number
-- of the day it was told. What the first delivery tells is history.
-- That somebody was reached clears a number only beyond doubt: not where it names a contact person,
-- a loan or a task of somebody else, or a task that nobody was given.
--
-- grain   customer_id, number, result
-- reads   recipient, asked_number, current_contact_outcome, contact_outcome, contact_check_rule,
--         told_number, task, loan, emergency_contact, phone_spelling, told_load, standing_release
-- write   view

with

owed as (

    select distinct
        loan_id,
        customer_id
    from loan
    where received_on <= cast($known_on as date)

),

given as (

    select distinct
        task_id,
        customer_id
    from task

),

attempts as (

    select
        outcome_id,
        task_id,
        customer_id,
        loan_id,
        channel,
        counterpart,
        contact_no,
        result,
        attempted_at,
        cast(attempted_at as date) as attempted_on,
        received_on
    from current_contact_outcome

),

subjects as (

    select
        outcome_id,
        customer_id
    from attempts

    union

    -- Another debtor's loan is named: one of the two names is wrong, and nobody knows which.
    select
        attempts.outcome_id,
        owed.customer_id
    from attempts
    inner join owed
        on attempts.loan_id = owed.loan_id
    left join owed as own
        on
            attempts.loan_id = own.loan_id
            and attempts.customer_id = own.customer_id
    where own.loan_id is null

),

doubts as (

    select
        attempts.outcome_id,
        subjects.customer_id,
        attempts.contact_no,
        attempts.result,
        attempts.attempted_at,
        attempts.attempted_on,
        attempts.received_on as reported_on,
        attempts.attempted_on
        < attempts.received_on - contact_check_rule.most_days_late as is_late
    from attempts
    inner join subjects
        on attempts.outcome_id = subjects.outcome_id
    inner join contact_check_rule
        on
            contact_check_rule.check_name = 'number_is_debtors'
            and attempts.result = contact_check_rule.subject

),

findings as (

    select
        outcome_id,
        customer_id,
        contact_no,
        result,
        attempted_at,
        attempted_on,
        reported_on
    from doubts

    union all

    select
        outcome_id,
        customer_id,
        contact_no,
        result,
        cast(reported_on as timestamp) as attempted_at,
        reported_on as attempted_on,
        reported_on
    from doubts
    where
        is_late
        and reported_on > (
            select min(told_load.received_on)
            from told_load
            where told_load.feed = 'contact_outcome'
        )
        -- One that is only sent again is no news.
        and not exists (
            select 1
            from contact_outcome as earlier
            where
                doubts.outcome_id = earlier.outcome_id
                and doubts.attempted_at = earlier.attempted_at
                and doubts.reported_on > earlier.received_on
        )

    union all

    select
        attempts.outcome_id,
        attempts.customer_id,
        attempts.contact_no,
        'reached' as result,
        attempts.attempted_at,
        attempts.attempted_on,
        attempts.received_on as reported_on
    from attempts
    left join owed
        on
            attempts.loan_id = owed.loan_id
            and attempts.customer_id = owed.customer_id
    left join given
        on
            attempts.task_id = given.task_id
            and attempts.customer_id = given.customer_id
    where
        attempts.channel in ('phone', 'sms')
        and attempts.counterpart = 'debtor'
        and attempts.result in ('connected', 'answered')
        -- Nobody was reached on a day that has not come.
        and attempts.attempted_on <= attempts.received_on
        and attempts.contact_no is null
        and (attempts.loan_id is null or owed.loan_id is not null)
        and (
            attempts.task_id is null
            or given.task_id is not null
            -- History names tasks that were given before the book was opened.
            or attempts.received_on = (
                select min(told_load.received_on)
                from told_load
                where told_load.feed = 'contact_outcome'
            )
        )

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
        findings.customer_id,
        findings.attempted_on,
        max(
            case when numbers.received_on < findings.attempted_on then numbers.received_on end
        ) as known_on,
        min(numbers.received_on) as first_on
    from findings
    inner join numbers
        on findings.customer_id = numbers.customer_id
    group by findings.outcome_id, findings.customer_id, findings.attempted_on

),

changed as (

    -- Nobody can tell whether it was the number of before that was called.
    select distinct
        findings.outcome_id,
        findings.customer_id,
        findings.attempted_on
    from findings
    inner join called
        on
            findings.outcome_id = called.outcome_id
            and findings.customer_id = called.customer_id
            and findings.attempted_on = called.attempted_on
    inner join numbers
        on
            findings.customer_id = numbers.customer_id
            and findings.attempted_on = numbers.received_on
    left join numbers as before
        on
            numbers.customer_id = before.customer_id
            and called.known_on = before.received_on
            and numbers.number = before.number
    where
        called.known_on is not null
        and before.number is null

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
        findings.reported_on,
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
        findings.reported_on,
        numbers.number
    from findings
    left join named
        on findings.outcome_id = named.outcome_id
    inner join called
        on
            findings.outcome_id = called.outcome_id
            and findings.customer_id = called.customer_id
            and findings.attempted_on = called.attempted_on
    inner join numbers
        on
            findings.customer_id = numbers.customer_id
            and (
                numbers.received_on = coalesce(called.known_on, called.first_on)
                or (
                    findings.result <> 'reached'
                    and (
                        findings.attempted_on = numbers.received_on
                        or (called.known_on is null and findings.reported_on >= numbers.received_on)
                    )
                )
            )
    left join changed
        on
            findings.outcome_id = changed.outcome_id
            and findings.customer_id = changed.customer_id
            and findings.attempted_on = changed.attempted_on
    where
        (changed.outcome_id is null or findings.result <> 'reached')
        and (
            named.outcome_id is null
            or (not named.is_own and findings.result <> 'reached')
        )

    union all

    select
        findings.customer_id,
        findings.result,
        findings.attempted_at,
        findings.reported_on,
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
        results.number,
        results.result,
        max(results.attempted_at) as reported_at,
        max(results.reported_on) as received_on,
        max(coalesce(told_load.load_no, 0)) as load_no
    from results
    left join told_load
        on
            told_load.feed = 'contact_outcome'
            and results.reported_on = told_load.received_on
    where results.result <> 'reached'
    group by results.number, results.result

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
    cast(reports.reported_at as date) as reported_on,
    reports.received_on,
    reports.load_no
from asked_number
inner join reports
    on asked_number.number = reports.number
left join reached
    on
        asked_number.customer_id = reached.customer_id
        and asked_number.number = reached.number
left join standing_release
    on
        asked_number.customer_id = standing_release.customer_id
        and standing_release.kind = 'reported_number'
        and asked_number.number = standing_release.record_key
        and reports.received_on <= standing_release.released_on
        and reports.load_no <= standing_release.known_load_no
where
    standing_release.customer_id is null
    and (reached.reached_at is null or reached.reached_at <= reports.reported_at)
