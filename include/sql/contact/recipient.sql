-- recipient: the people whom a task of today, or one that stands, may be about, with their number
-- in its one form.
--
-- A spelling that means several numbers stays as it is, and is no valid number.
--
-- grain   customer_id
-- reads   current_loan_stage, student_alert, multi_lender_alert, legal_case_state,
--         standing_subject, current_customer, phone_spelling
-- write   temporary

with

people as (

    select customer_id
    from current_loan_stage
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

    union

    select customer_id
    from standing_subject

),

spellings as (

    select
        customer_id,
        spelling,
        min(number) as number,
        count(distinct number) as numbers
    from phone_spelling
    group by customer_id, spelling

)

select
    current_customer.customer_id,
    current_customer.customer_name,
    case
        when spellings.numbers = 1 then spellings.number
        when left(current_customer.phone, 3) = '+86' then right(current_customer.phone, 11)
        else current_customer.phone
    end as phone,
    current_customer.customer_group
from current_customer
inner join people
    on current_customer.customer_id = people.customer_id
left join spellings
    on
        current_customer.customer_id = spellings.customer_id
        and current_customer.phone = spellings.spelling
