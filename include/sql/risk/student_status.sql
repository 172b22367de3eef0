-- student_status: students whose status is not the one known before.
--
-- The same status sent again, or corrected in its dates, is no change; another code that nobody has
-- mapped is one.
--
-- grain   business_date, customer_id, institution_id
-- reads   student_standing, student_status
-- write   partition business_date

with

known as (

    select
        customer_id,
        institution_id,
        canonical_status,
        status_code,
        row_number() over (
            partition by customer_id, institution_id
            order by business_date desc
        ) as recency
    from student_status
    where business_date < cast($business_date as date)

)

select
    cast($business_date as date) as business_date,
    student_standing.customer_id,
    student_standing.institution_id,
    student_standing.canonical_status,
    known.canonical_status as previous_status,
    student_standing.effective_on,
    student_standing.reported_on,
    student_standing.delivered_on,
    student_standing.code_system,
    student_standing.status_code,
    cast($is_opening as boolean) as is_opening,
    student_standing.rule_id,
    student_standing.rule_version
from student_standing
left join known
    on
        student_standing.customer_id = known.customer_id
        and student_standing.institution_id = known.institution_id
        and known.recency = 1
where
    known.canonical_status is null
    or student_standing.canonical_status <> known.canonical_status
    or (
        student_standing.canonical_status = 'unmapped'
        and lower(student_standing.status_code) <> lower(known.status_code)
    )
