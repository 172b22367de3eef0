-- student_standing: status in force of each active borrower at each institution, by the crosswalk.
--
-- Only with separate consent may the lender use what the registry says. A code that stands nowhere
-- in the crosswalk is `unmapped`.
--
-- grain   customer_id, institution_id
-- reads   active_borrower, separate_consent, current_enrolment, rule_enrolment_code,
--         rule_enrolment_status
-- write   temporary

with

statuses as (

    select
        current_enrolment.customer_id,
        current_enrolment.institution_id,
        current_enrolment.effective_on,
        current_enrolment.reported_on,
        current_enrolment.received_on,
        current_enrolment.code_system,
        current_enrolment.status_code,
        row_number() over (
            partition by current_enrolment.customer_id, current_enrolment.institution_id
            order by current_enrolment.effective_on desc
        ) as recency
    from current_enrolment
    inner join active_borrower
        on current_enrolment.customer_id = active_borrower.customer_id
    inner join separate_consent
        on
            current_enrolment.customer_id = separate_consent.customer_id
            and separate_consent.purpose = 'registry_query'
    where current_enrolment.effective_on <= cast($business_date as date)

),

read_by_crosswalk as (

    select
        statuses.customer_id,
        statuses.institution_id,
        statuses.effective_on,
        statuses.reported_on,
        statuses.received_on,
        statuses.code_system,
        statuses.status_code,
        codes.excused_within_days,
        coalesce(codes.canonical_status, 'unmapped') as canonical_status
    from statuses
    left join rule_enrolment_code as codes
        on
            codes.business_date = cast($business_date as date)
            and statuses.code_system = codes.code_system
            and lower(statuses.status_code) = codes.status_code
    where statuses.recency = 1

)

select
    read_by_crosswalk.customer_id,
    read_by_crosswalk.institution_id,
    read_by_crosswalk.canonical_status,
    read_by_crosswalk.effective_on,
    read_by_crosswalk.reported_on,
    read_by_crosswalk.received_on as delivered_on,
    read_by_crosswalk.code_system,
    read_by_crosswalk.status_code,
    read_by_crosswalk.excused_within_days,
    rules.is_adverse,
    rules.severity,
    rules.effect,
    rules.wait_days,
    rules.rule_id,
    rules.rule_version
from read_by_crosswalk
inner join rule_enrolment_status as rules
    on
        rules.business_date = cast($business_date as date)
        and read_by_crosswalk.canonical_status = rules.canonical_status
