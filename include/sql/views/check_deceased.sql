-- check_deceased: does the lender or a registry know of the customer's death?
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, recipient, current_enrolment, rule_enrolment_code,
--         rule_enrolment_status
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

reported as (

    -- One report is enough, whatever another school says.
    select distinct current_enrolment.customer_id
    from current_enrolment
    inner join rule_enrolment_code
        on
            rule_enrolment_code.business_date = cast($business_date as date)
            and current_enrolment.code_system = rule_enrolment_code.code_system
            and lower(current_enrolment.status_code) = rule_enrolment_code.status_code
    inner join rule_enrolment_status
        on
            rule_enrolment_status.business_date = cast($business_date as date)
            and rule_enrolment_code.canonical_status = rule_enrolment_status.canonical_status
    where rule_enrolment_status.effect = 'stop_contact'

)

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    recipient.customer_id is not null
    and recipient.deceased_on is null
    and reported.customer_id is null as is_passed,
    case
        when recipient.customer_id is null then 'customer_unknown'
        else 'deceased'
    end as reason,
    case
        when recipient.customer_id is null then 'no customer record'
        when recipient.deceased_on is not null then 'known to the lender'
        when reported.customer_id is not null then 'reported by a registry'
        else 'no report of a death'
    end as inputs,
    due.rule_id,
    due.rule_version
from due
left join recipient
    on due.customer_id = recipient.customer_id
left join reported
    on due.customer_id = reported.customer_id
