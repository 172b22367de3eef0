-- student_alert: adverse statuses, on the day they are known or once their waiting time is over.
--
-- A change of school is no alert where the crosswalk excuses it: the student is enrolled elsewhere
-- within the days it names, before or after. What was due by the opening of the book raises none.
--
-- grain   business_date, customer_id, institution_id
-- reads   student_standing, student_status, current_enrolment, rule_enrolment_code,
--         rule_enrolment_status
-- write   partition business_date

with

changes as (

    select
        customer_id,
        institution_id,
        previous_status,
        effective_on,
        business_date as known_since,
        row_number() over (
            partition by customer_id, institution_id
            order by business_date desc
        ) as recency
    from student_status
    where business_date <= cast($business_date as date)

),

adverse as (

    select
        student_standing.customer_id,
        student_standing.institution_id,
        student_standing.canonical_status,
        student_standing.severity,
        student_standing.effect,
        student_standing.effective_on,
        student_standing.reported_on,
        student_standing.delivered_on,
        student_standing.code_system,
        student_standing.status_code,
        student_standing.excused_within_days,
        student_standing.wait_days,
        student_standing.rule_id,
        student_standing.rule_version,
        changes.previous_status,
        -- By the date of the change: the same status sent again with another date is no news.
        greatest(
            changes.known_since, changes.effective_on + student_standing.wait_days
        ) as raised_on
    from student_standing
    inner join changes
        on
            student_standing.customer_id = changes.customer_id
            and student_standing.institution_id = changes.institution_id
            and changes.recency = 1
    where student_standing.is_adverse

),

raised as (

    -- Dates that were never run are caught up on the next one; an opening has no previous date.
    select
        customer_id,
        institution_id,
        canonical_status,
        severity,
        effect,
        effective_on,
        reported_on,
        delivered_on,
        code_system,
        status_code,
        excused_within_days,
        wait_days,
        rule_id,
        rule_version,
        previous_status
    from adverse
    where
        raised_on <= cast($business_date as date)
        and raised_on > cast($previous_date as date)

),

enrolled_elsewhere as (

    select distinct
        raised.customer_id,
        raised.institution_id
    from raised
    inner join current_enrolment as elsewhere
        on
            raised.customer_id = elsewhere.customer_id
            and raised.institution_id <> elsewhere.institution_id
            and elsewhere.effective_on >= raised.effective_on - raised.excused_within_days
            and elsewhere.effective_on <= raised.effective_on + raised.excused_within_days
    inner join rule_enrolment_code as codes
        on
            codes.business_date = cast($business_date as date)
            and elsewhere.code_system = codes.code_system
            and lower(elsewhere.status_code) = codes.status_code
    inner join rule_enrolment_status as rules
        on
            codes.business_date = rules.business_date
            and codes.canonical_status = rules.canonical_status
            and rules.is_enrolled

)

select
    cast($business_date as date) as business_date,
    raised.customer_id,
    raised.institution_id,
    case
        when raised.canonical_status = 'unmapped' then 'unmapped_status'
        when raised.wait_days > 0 then 'transfer_not_resumed'
        else 'status_change'
    end as alert,
    raised.canonical_status,
    raised.previous_status,
    raised.severity,
    raised.effect,
    raised.effective_on,
    raised.reported_on,
    raised.delivered_on,
    raised.code_system,
    raised.status_code,
    raised.rule_id,
    raised.rule_version
from raised
left join enrolled_elsewhere
    on
        raised.customer_id = enrolled_elsewhere.customer_id
        and raised.institution_id = enrolled_elsewhere.institution_id
where enrolled_elsewhere.customer_id is null
