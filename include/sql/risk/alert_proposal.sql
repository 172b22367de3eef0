-- alert_proposal: today's alerts for the risk officers of the house.
--
-- grain   queue, candidate_key
-- reads   student_alert, multi_lender_alert
-- write   view

with

students as (

    select
        customer_id,
        institution_id,
        alert,
        severity,
        canonical_status,
        previous_status,
        effective_on,
        rule_id,
        rule_version
    from student_alert
    where business_date = cast($business_date as date)

),

lenders as (

    select
        customer_id,
        alert_level,
        rules_met,
        rule_id,
        rule_version
    from multi_lender_alert
    where business_date = cast($business_date as date)

)

select
    'student_alert' as queue,
    'A' || md5(concat_ws(
        '|',
        'student_alert',
        customer_id,
        institution_id,
        cast(cast($business_date as date) as varchar)
    )) as candidate_key,
    customer_id,
    severity,
    alert as reason_code,
    concat_ws(
        '; ',
        'status ' || canonical_status,
        'before ' || previous_status,
        'effective ' || cast(effective_on as varchar)
    ) as evidence,
    rule_id,
    rule_version
from students

union all

select
    'multi_lender_alert' as queue,
    'A' || md5(concat_ws(
        '|', 'multi_lender_alert', customer_id, cast(cast($business_date as date) as varchar)
    )) as candidate_key,
    customer_id,
    alert_level as severity,
    alert_level as reason_code,
    rules_met as evidence,
    rule_id,
    rule_version
from lenders
