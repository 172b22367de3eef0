-- contact_denial: wishes that are refused, one row for each check that was not passed.
--
-- Loans on hold, paused or paid since that a message or a call leaves out are rows of their own.
--
-- grain   business_date, queue, candidate_key, check_name, subject
-- reads   contact_candidate, contact_check, contact_due, contact_check_rule
-- write   partition business_date

with

candidates as (

    select
        queue,
        candidate_key,
        customer_id,
        loan_id
    from contact_candidate
    where business_date = cast($business_date as date)

),

left_out as (

    select
        queue,
        customer_id,
        currency,
        loan_id,
        'no_hold' as check_name,
        hold_kind as subject,
        'hold_' || hold_kind as reason,
        hold_inputs as inputs
    from contact_due
    where
        is_owed
        and hold_kind is not null

    union all

    select
        queue,
        customer_id,
        currency,
        loan_id,
        'not_paused' as check_name,
        'any' as subject,
        'paused' as reason,
        pause_reason || ' since ' || cast(paused_since as varchar) as inputs
    from contact_due
    where
        is_owed
        and pause_reason is not null

    union all

    select
        queue,
        customer_id,
        currency,
        loan_id,
        'still_owed' as check_name,
        'any' as subject,
        paid_reason as reason,
        paid_inputs as inputs
    from contact_due
    where
        is_owed
        and paid_reason is not null

),

left_out_loans as (

    select
        case when cast($is_opening as boolean) then 'go_live' else left_out.queue end as queue,
        case
            when cast($is_opening as boolean)
                then concat_ws(
                    '|',
                    left_out.queue,
                    left_out.customer_id,
                    left_out.currency,
                    left_out.loan_id
                )
            else concat_ws('|', left_out.customer_id, left_out.currency, left_out.loan_id)
        end as candidate_key,
        left_out.check_name,
        left_out.subject,
        left_out.customer_id,
        left_out.loan_id,
        left_out.reason,
        left_out.inputs,
        contact_check_rule.rule_id,
        contact_check_rule.rule_version
    from left_out
    left join contact_check_rule
        on
            left_out.check_name = contact_check_rule.check_name
            and left_out.subject = contact_check_rule.subject

)

select
    cast($business_date as date) as business_date,
    candidates.queue,
    candidates.candidate_key,
    contact_check.check_name,
    contact_check.subject,
    candidates.customer_id,
    candidates.loan_id,
    contact_check.reason,
    contact_check.inputs,
    contact_check.rule_id,
    contact_check.rule_version
from candidates
inner join contact_check
    on
        candidates.queue = contact_check.queue
        and candidates.candidate_key = contact_check.candidate_key
where not contact_check.is_passed

union all

select
    cast($business_date as date) as business_date,
    queue,
    candidate_key,
    check_name,
    subject,
    customer_id,
    loan_id,
    reason,
    inputs,
    rule_id,
    rule_version
from left_out_loans
