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
        min(case when not is_doubtful then told_by end) as told_by,
        min(told_by) as doubtfully_told_by
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
        when deaths.told_by = 'lender' then 'known to the lender'
        when deaths.told_by = 'registry' then 'reported by a registry'
        when deaths.doubtfully_told_by = 'name' then 'a word for a death in the name'
        when deaths.customer_id is not null
            then 'told by the ' || deaths.doubtfully_told_by || ' for a day to come'
        else 'no report of a death'
    end as inputs,
    due.rule_id,
    due.rule_version
from due
left join recipient
    on due.customer_id = recipient.customer_id
left join deaths
    on due.customer_id = deaths.customer_id
