-- number_report: numbers that are not the debtor's by the latest that is known of them.
--
-- A report no longer stands once the debtor was spoken to on the number, or once core banking has
-- delivered another number: an attempt was made on the number known the day before it.
--
-- grain   customer_id, result
-- reads   current_contact_outcome, contact_check_rule, customer
-- write   view

with

attempts as (

    select
        customer_id,
        counterpart,
        result,
        attempted_at
    from current_contact_outcome
    where channel in ('phone', 'sms')

),

reports as (

    select
        attempts.customer_id,
        attempts.result,
        max(attempts.attempted_at) as reported_at
    from attempts
    inner join contact_check_rule
        on
            contact_check_rule.check_name = 'number_is_debtors'
            and attempts.result = contact_check_rule.subject
    group by attempts.customer_id, attempts.result

),

reached as (

    select
        customer_id,
        max(attempted_at) as reached_at
    from attempts
    where
        counterpart = 'debtor'
        and result in ('connected', 'answered')
    group by customer_id

),

reported as (

    select distinct customer_id
    from reports

),

numbers as (

    select
        customer.customer_id,
        customer.phone,
        customer.received_on,
        lag(customer.phone) over (
            partition by customer.customer_id
            order by customer.received_on
        ) as previous_phone
    from customer
    inner join reported
        on customer.customer_id = reported.customer_id
    where
        customer.received_on <= cast($known_on as date)
        and customer.phone is not null

),

changes as (

    select
        customer_id,
        max(received_on) as changed_on
    from numbers
    where phone <> previous_phone
    group by customer_id

)

select
    reports.customer_id,
    reports.result,
    cast(reports.reported_at as date) as reported_on
from reports
left join reached
    on reports.customer_id = reached.customer_id
left join changes
    on reports.customer_id = changes.customer_id
where
    (reached.reached_at is null or reached.reached_at <= reports.reported_at)
    and (
        changes.changed_on is null
        or changes.changed_on < cast(reports.reported_at as date)
    )
