-- found_number: the numbers that each finding of an attempt is about.
--
-- It is the one in the task that the attempt names, or the one that was known the day before, and
-- one that was told on the very day, which may be the one that was called. One of a day before any
-- number was known is about all known by the report. One that names a contact person is also about
-- that person's numbers, one that names another debtor's task about those of both.
--
-- grain   one row per finding and number
-- reads   recipient, number_finding, told_number, task, emergency_contact, left_out_contact,
--         phone_spelling
-- write   view

with

findings as (

    select
        task_id,
        told_of,
        customer_id,
        contact_no,
        result,
        attempted_at,
        attempted_on,
        reported_on,
        told_no
    from number_finding

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
        findings.customer_id,
        findings.attempted_on,
        max(case when numbers.received_on < findings.attempted_on then numbers.received_on end)
            as known_on,
        min(numbers.received_on) as first_on
    from findings
    inner join numbers
        on findings.customer_id = numbers.customer_id
    group by findings.customer_id, findings.attempted_on

),

changed as (

    -- Nobody can tell whether it was the number of before that was called.
    select distinct
        called.customer_id,
        called.attempted_on
    from called
    inner join numbers
        on
            called.customer_id = numbers.customer_id
            and called.attempted_on = numbers.received_on
    left join numbers as before
        on
            numbers.customer_id = before.customer_id
            and called.known_on = before.received_on
            and numbers.number = before.number
    where
        called.known_on is not null
        and before.number is null

),

contacts as (

    select
        customer_id,
        contact_no,
        phone
    from emergency_contact
    where
        phone is not null
        and received_on <= cast($known_on as date)

    union

    select
        customer_id,
        contact_no,
        phone
    from left_out_contact
    where
        phone is not null
        and received_on <= cast($known_on as date)

),

dialled as (

    select distinct
        findings.task_id,
        findings.told_of,
        task.phone as number,
        findings.told_of = task.customer_id as is_own
    from findings
    inner join task
        on findings.task_id = task.task_id
    where task.phone is not null

),

named as (

    select
        task_id,
        told_of,
        bool_or(is_own) as is_own
    from dialled
    group by task_id, told_of

)

select
    findings.customer_id,
    findings.result,
    findings.attempted_at,
    findings.reported_on,
    findings.told_no,
    dialled.number
from findings
inner join dialled
    on
        findings.task_id = dialled.task_id
        and findings.told_of = dialled.told_of
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
    findings.told_no,
    numbers.number
from findings
left join named
    on
        findings.task_id = named.task_id
        and findings.told_of = named.told_of
inner join called
    on
        findings.customer_id = called.customer_id
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
                    or (
                        called.known_on is null
                        and findings.reported_on >= numbers.received_on
                    )
                )
            )
        )
left join changed
    on
        findings.customer_id = changed.customer_id
        and findings.attempted_on = changed.attempted_on
where
    (changed.customer_id is null or findings.result <> 'reached')
    and (
        named.task_id is null
        or (not named.is_own and findings.result <> 'reached')
    )

union all

select
    findings.customer_id,
    findings.result,
    findings.attempted_at,
    findings.reported_on,
    findings.told_no,
    coalesce(
        phone_spelling.number,
        case
            when left(contacts.phone, 3) = '+86'
                then right(contacts.phone, 11)
        end,
        contacts.phone
    ) as number
from findings
inner join contacts
    on
        findings.customer_id = contacts.customer_id
        and findings.contact_no = contacts.contact_no
left join phone_spelling
    on
        contacts.customer_id = phone_spelling.customer_id
        and contacts.phone = phone_spelling.spelling
where
    findings.result <> 'reached'
