-- number_finding: what attempts found of telephone numbers, and of whose: not the debtor's, or the
-- debtor was reached.
--
-- What a report leaves unclear counts for all that it may mean: a number found wrong by a letter is
-- a number, one that names another debtor's loan is about the numbers of both, and one that is told
-- long after its day, whose year may be mistyped, is also of the day it was told. What the first
-- delivery tells is history.
-- That somebody was reached clears a number only beyond doubt: not where it names a contact person,
-- a loan or a task of somebody else, or a task that nobody was given, nor where the talk lasted no
-- second.
--
-- grain   outcome_id, customer_id, attempted_at
-- reads   current_contact_outcome, contact_outcome, contact_check_rule, task, loan, told_load
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
        duration_seconds,
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

)

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
    -- Nobody spoke for no time.
    and (attempts.channel <> 'phone' or coalesce(attempts.duration_seconds, 1) > 0)
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
