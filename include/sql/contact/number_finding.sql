-- number_finding: what attempts found of telephone numbers, and of whose: not the debtor's, or the
-- debtor was reached.
--
-- What a report leaves unclear counts for all that it may mean: a number found wrong by a letter is
-- a number, one that names another debtor's loan is about the numbers of both, and one that is told
-- long after its day, whose year may be mistyped, is also of the day it was told. What the first
-- delivery tells is history. One that was left out, or told otherwise since, stays a report until
-- a person releases what was taken back; a refused row that may be one is, until it is mended or
-- released.
-- That somebody was reached clears a number only beyond doubt: not where it names a contact person,
-- a loan or a task of somebody else, or a task that nobody was given, nor where the talk lasted no
-- second.
--
-- `told_of` is the customer whom the report names, `told_no` the load that told of what was left out.
--
-- grain   one row per report, customer and day it may be of
-- reads   current_contact_outcome, contact_outcome, left_out_report, unclear_row,
--         refused_restriction, contact_check_rule, task, loan, told_load, feed_beginning,
--         standing_release
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

wrong as (

    select
        subject as result,
        most_days_late
    from contact_check_rule
    where check_name = 'number_is_debtors'

),

reports as (

    select
        outcome_id,
        task_id,
        customer_id,
        loan_id,
        contact_no,
        result,
        attempted_at,
        received_on,
        cast(null as bigint) as told_no,
        cast(null as bigint) as gone_no
    from attempts

    union all

    select
        earlier.outcome_id,
        earlier.task_id,
        earlier.customer_id,
        earlier.loan_id,
        earlier.contact_no,
        earlier.result,
        earlier.attempted_at,
        earlier.received_on,
        cast(null as bigint) as told_no,
        coalesce(told_load.load_no, 0) as gone_no
    from contact_outcome as earlier
    inner join wrong
        on earlier.result = wrong.result
    left join told_load
        on
            told_load.feed = 'contact_outcome'
            and earlier.received_on = told_load.received_on
    where
        earlier.received_on <= cast($known_on as date)
        and exists (
            select 1
            from contact_outcome as later
            where
                earlier.outcome_id = later.outcome_id
                and earlier.received_on < later.received_on
                and later.received_on <= cast($known_on as date)
        )

    union all

    select
        outcome_id,
        task_id,
        customer_id,
        loan_id,
        contact_no,
        result,
        attempted_at,
        received_on,
        told_no,
        left_out_no as gone_no
    from left_out_report
    where received_on <= cast($known_on as date)

),

subjects as (

    select
        outcome_id,
        task_id,
        customer_id as told_of,
        customer_id,
        contact_no,
        result,
        attempted_at,
        received_on,
        told_no,
        gone_no
    from reports

    union all

    -- Another debtor's loan is named: one of the two names is wrong, and nobody knows which.
    select
        reports.outcome_id,
        reports.task_id,
        reports.customer_id as told_of,
        owed.customer_id,
        reports.contact_no,
        reports.result,
        reports.attempted_at,
        reports.received_on,
        reports.told_no,
        reports.gone_no
    from reports
    inner join owed
        on reports.loan_id = owed.loan_id
    left join owed as own
        on
            reports.loan_id = own.loan_id
            and reports.customer_id = own.customer_id
    where own.loan_id is null

),

doubts as (

    select
        subjects.outcome_id,
        subjects.task_id,
        subjects.told_of,
        subjects.customer_id,
        subjects.contact_no,
        subjects.result,
        subjects.attempted_at,
        cast(subjects.attempted_at as date) as attempted_on,
        subjects.received_on as reported_on,
        subjects.told_no,
        cast(subjects.attempted_at as date) < subjects.received_on - wrong.most_days_late
            as is_late
    from subjects
    inner join wrong
        on subjects.result = wrong.result
    -- A person has looked at what is told no more.
    left join standing_release
        on
            subjects.customer_id = standing_release.customer_id
            and standing_release.kind = 'taken_back'
            and standing_release.record_key = concat_ws(
                ' ',
                'contact_outcome',
                subjects.outcome_id,
                cast(subjects.received_on as varchar)
            )
            and subjects.received_on <= standing_release.released_on
            and subjects.gone_no <= standing_release.known_load_no
    where standing_release.customer_id is null

)

select
    outcome_id,
    task_id,
    told_of,
    customer_id,
    contact_no,
    result,
    attempted_at,
    attempted_on,
    reported_on,
    told_no
from doubts

union all

select
    outcome_id,
    task_id,
    told_of,
    customer_id,
    contact_no,
    result,
    cast(reported_on as timestamp) as attempted_at,
    reported_on as attempted_on,
    reported_on,
    told_no
from doubts
where
    is_late
    and reported_on > (
        select feed_beginning.began_on
        from feed_beginning
        where feed_beginning.feed = 'contact_outcome'
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

-- A row that was refused may be a report, of the day it came, where its result can be none or one.
select distinct
    cast(null as varchar) as outcome_id,
    cast(null as varchar) as task_id,
    unclear_row.customer_id as told_of,
    unclear_row.customer_id,
    cast(null as integer) as contact_no,
    wrong.result,
    cast(unclear_row.business_date as timestamp) as attempted_at,
    unclear_row.business_date as attempted_on,
    unclear_row.business_date as reported_on,
    cast(null as bigint) as told_no
from unclear_row
inner join refused_restriction
    on
        unclear_row.business_date = refused_restriction.business_date
        and unclear_row.source = refused_restriction.source
        and unclear_row.feed = refused_restriction.feed
        and unclear_row.file_sha256 = refused_restriction.file_sha256
        and unclear_row.line_no = refused_restriction.line_no
inner join wrong
    on coalesce(refused_restriction.aspect, 'wrong_number') = wrong.result
where
    unclear_row.feed = 'contact_outcome'
    and unclear_row.customer_id is not null
    and not coalesce(refused_restriction.is_harmless, false)

union all

select
    attempts.outcome_id,
    attempts.task_id,
    attempts.customer_id as told_of,
    attempts.customer_id,
    attempts.contact_no,
    'reached' as result,
    attempts.attempted_at,
    attempts.attempted_on,
    attempts.received_on as reported_on,
    cast(null as bigint) as told_no
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
            select feed_beginning.began_on
            from feed_beginning
            where feed_beginning.feed = 'contact_outcome'
        )
    )
