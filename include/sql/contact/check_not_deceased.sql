-- check_not_deceased: does the lender or a registry know of the customer's death?
--
-- A customer without a record cannot be told to be alive.
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, recipient, known_death
-- write   view

with

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
    due.subject,
    case
        when recipient.customer_id is null then 'customer_unknown'
        else 'deceased'
    end as reason,
    case
        when recipient.customer_id is null then 'no customer record'
        when deaths.told_by = 'lender' then 'known to the lender'
        when deaths.told_by = 'registry' then 'reported by a registry'
        when deaths.doubtfully_told_by = 'name' then 'a word for a death in the name'
        else 'told by the ' || deaths.doubtfully_told_by || ' for a day to come'
    end as inputs
from contact_check_due as due
left join recipient
    on due.customer_id = recipient.customer_id
left join deaths
    on due.customer_id = deaths.customer_id
where
    due.check_name = 'not_deceased'
    and (recipient.customer_id is null or deaths.customer_id is not null)
