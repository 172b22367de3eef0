-- number_report: numbers that were found not to be the debtor's, by whoever had them then.
--
-- A report is about the number, however it is spelt (`found_number`). It stands against every
-- customer who has that number now, until the same customer was spoken to on it, or a person
-- releases the number for him.
--
-- grain   customer_id, number, result
-- reads   asked_number, found_number, told_load, standing_release
-- write   view

with

found as (

    select
        customer_id,
        number,
        result,
        attempted_at,
        reported_on,
        told_no
    from found_number

),

reports as (

    select
        found.number,
        found.result,
        max(found.attempted_at) as reported_at,
        max(found.reported_on) as received_on,
        max(coalesce(found.told_no, told_load.load_no, 0)) as load_no
    from found
    left join told_load
        on
            told_load.feed = 'contact_outcome'
            and found.reported_on = told_load.received_on
    where found.result <> 'reached'
    group by found.number, found.result

),

reached as (

    select
        customer_id,
        number,
        max(attempted_at) as reached_at
    from found
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
