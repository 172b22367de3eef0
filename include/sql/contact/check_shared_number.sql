-- check_shared_number: is the number the debtor's alone, or has a person said that it is his?
--
-- Of a task that stands, the number it was made with is asked about as well.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, subject_number, shared_number
-- write   view

with

due as (

    select
        queue,
        candidate_key,
        check_name,
        subject,
        rule_id,
        rule_version
    from contact_check_due
    where check_name = 'number_is_unshared'

),

shared as (

    select
        subject_number.queue,
        subject_number.candidate_key,
        max(shared_number.customers) as customers,
        max(shared_number.since) as since
    from subject_number
    inner join shared_number
        on
            subject_number.customer_id = shared_number.customer_id
            and subject_number.number = shared_number.number
    group by subject_number.queue, subject_number.candidate_key

)

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    shared.queue is null as is_passed,
    'shared_number' as reason,
    coalesce(
        'number of ' || cast(shared.customers as varchar) || ' customers since '
        || cast(shared.since as varchar),
        'number of no other customer, or said to be this one''s'
    ) as inputs,
    due.rule_id,
    due.rule_version
from due
left join shared
    on
        due.queue = shared.queue
        and due.candidate_key = shared.candidate_key
