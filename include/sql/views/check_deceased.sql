-- check_deceased: does the lender or a registry know of the customer's death?
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, recipient, known_death
-- write   view

with

due as (

    select
        queue,
        candidate_key,
        customer_id,
        check_name,
        subject,
        rule_id,
        rule_version
    from contact_check_due
    where check_name = 'not_deceased'

),

deaths as (

    select
        customer_id,
        min(told_by) as told_by,
        min(case when is_doubtful then 1 else 0 end) = 1 as is_doubtful
    from known_death
    group by customer_id

)

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    recipient.customer_id is not null
    and deaths.customer_id is null as is_passed,
    case
        when recipient.customer_id is null then 'customer_unknown'
        else 'deceased'
    end as reason,
    case
        when recipient.customer_id is null then 'no customer record'
        when deaths.is_doubtful then 'told by the ' || deaths.told_by || ' for a day to come'
        when deaths.told_by = 'lender' then 'known to the lender'
        when deaths.told_by = 'registry' then 'reported by a registry'
        else 'no report of a death'
    end as inputs,
    due.rule_id,
    due.rule_version
from due
left join recipient
    on due.customer_id = recipient.customer_id
left join deaths
    on due.customer_id = deaths.customer_id
