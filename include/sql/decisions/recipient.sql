-- recipient: the people whom a task of today may be about.
--
-- grain   customer_id
-- reads   loan_stage, student_alert, multi_lender_alert, legal_case_state, current_customer
-- write   temporary

with

people as (

    select customer_id
    from loan_stage
    where
        business_date = cast($business_date as date)
        and stage_rank > 0

    union

    select customer_id
    from student_alert
    where business_date = cast($business_date as date)

    union

    select customer_id
    from multi_lender_alert
    where business_date = cast($business_date as date)

    union

    select customer_id
    from legal_case_state
    where case_state in ('awaiting_approval', 'approved')

)

select
    current_customer.customer_id,
    current_customer.customer_name,
    current_customer.phone,
    current_customer.customer_group,
    current_customer.deceased_on
from current_customer
inner join people
    on current_customer.customer_id = people.customer_id
