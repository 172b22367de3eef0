-- found_number: the numbers that each finding of an attempt is about.
--
-- It is the one in the task that the attempt names, or the one that was known the day before, and
-- one that was told on the very day, which may be the one that was called. One of a day before any
-- number was known is about all known by the report. One that names a contact person is also about
-- that person's numbers, one that names another debtor's task about those of both.
--
-- grain   one row per finding and number
-- reads   recipient, number_finding, current_contact_outcome, told_number, task,
--         emergency_contact, phone_spelling
-- write   view

with

doubted as (

    select distinct customer_id
    from number_finding
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
        number_finding.outcome_id,
        number_finding.customer_id,
        number_finding.attempted_on,
        max(
            case when numbers.received_on < number_finding.attempted_on then numbers.received_on end
        ) as known_on,
        min(numbers.received_on) as first_on
    from number_finding
    inner join numbers
        on number_finding.customer_id = numbers.customer_id
    group by number_finding.outcome_id, number_finding.customer_id, number_finding.attempted_on

),

changed as (

    -- Nobody can tell whether it was the number of before that was called.
    select distinct
        number_finding.outcome_id,
        number_finding.customer_id,
        number_finding.attempted_on
    from number_finding
    inner join called
        on
            number_finding.outcome_id = called.outcome_id
            and number_finding.customer_id = called.customer_id
            and number_finding.attempted_on = called.attempted_on
    inner join numbers
        on
            number_finding.customer_id = numbers.customer_id
            and number_finding.attempted_on = numbers.received_on
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
        current_contact_outcome.outcome_id,
        task.phone as number,
        coalesce(current_contact_outcome.customer_id = task.customer_id, false) as is_own
    from current_contact_outcome
    inner join task
        on current_contact_outcome.task_id = task.task_id
    where task.phone is not null

),

named as (

    select
        outcome_id,
        bool_or(is_own) as is_own
    from dialled
    group by outcome_id

)

select
    number_finding.customer_id,
    number_finding.result,
    number_finding.attempted_at,
    number_finding.reported_on,
    dialled.number
from number_finding
inner join dialled
    on number_finding.outcome_id = dialled.outcome_id
-- On whose number somebody was reached must be beyond doubt.
where
    dialled.is_own
    or number_finding.result <> 'reached'

union all

select
    number_finding.customer_id,
    number_finding.result,
    number_finding.attempted_at,
    number_finding.reported_on,
    numbers.number
from number_finding
left join named
    on number_finding.outcome_id = named.outcome_id
inner join called
    on
        number_finding.outcome_id = called.outcome_id
        and number_finding.customer_id = called.customer_id
        and number_finding.attempted_on = called.attempted_on
inner join numbers
    on
        number_finding.customer_id = numbers.customer_id
        and (
            numbers.received_on = coalesce(called.known_on, called.first_on)
            or (
                number_finding.result <> 'reached'
                and (
                    number_finding.attempted_on = numbers.received_on
                    or (
                        called.known_on is null
                        and number_finding.reported_on >= numbers.received_on
                    )
                )
            )
        )
left join changed
    on
        number_finding.outcome_id = changed.outcome_id
        and number_finding.customer_id = changed.customer_id
        and number_finding.attempted_on = changed.attempted_on
where
    (changed.outcome_id is null or number_finding.result <> 'reached')
    and (
        named.outcome_id is null
        or (not named.is_own and number_finding.result <> 'reached')
    )

union all

select
    number_finding.customer_id,
    number_finding.result,
    number_finding.attempted_at,
    number_finding.reported_on,
    coalesce(
        phone_spelling.number,
        case
            when left(emergency_contact.phone, 3) = '+86'
                then right(emergency_contact.phone, 11)
        end,
        emergency_contact.phone
    ) as number
from number_finding
inner join emergency_contact
    on
        number_finding.customer_id = emergency_contact.customer_id
        and number_finding.contact_no = emergency_contact.contact_no
left join phone_spelling
    on
        emergency_contact.customer_id = phone_spelling.customer_id
        and emergency_contact.phone = phone_spelling.spelling
where
    number_finding.result <> 'reached'
    and emergency_contact.phone is not null
    and emergency_contact.received_on <= cast($known_on as date)
