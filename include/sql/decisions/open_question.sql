-- open_question: what the denials of a date ask a person: protections that somebody may release.
--
-- grain   kind, customer_id, inputs
-- reads   contact_denial, standing_release, told_load
-- write   query

with

asked as (

    select distinct
        case
            when check_name = 'person_is_free' then 'same_person'
            when check_name = 'number_is_unshared' then 'shared_number'
            when reason = 'hold_approved_plan' then 'approved_plan'
            when reason = 'hold_unclear_status' then 'unclear_status'
            when reason = 'minor' then 'minor'
            when reason = 'hold_taken_back' then 'taken_back'
            when inputs like 'doubtful%' or inputs like '%; doubtful%' then 'doubtful_hold'
        end as kind,
        customer_id,
        inputs
    from contact_denial
    where business_date = cast($business_date as date)

),

newest as (

    -- What was loaded after a release is not released.
    select coalesce(max(load_no), 0) as load_no
    from told_load
    where received_on <= cast($business_date as date)

)

select
    asked.kind,
    asked.customer_id,
    asked.inputs
from asked
cross join newest
left join standing_release
    on
        asked.kind = standing_release.kind
        and asked.customer_id = standing_release.customer_id
        and standing_release.released_on >= cast($business_date as date)
        and newest.load_no <= standing_release.known_load_no
where
    asked.kind is not null
    and standing_release.customer_id is null
order by asked.kind, asked.customer_id, asked.inputs
