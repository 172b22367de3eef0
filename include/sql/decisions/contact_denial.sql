-- contact_denial: wishes that are refused, one row for each check that was not passed.
--
-- Default deny: a queue without checks and a check without a verdict refuse as well. Loans on hold
-- that a message or a call leaves out are rows of their own.
--
-- grain   business_date, queue, candidate_key, check_name, subject
-- reads   contact_candidate, contact_check, contact_due, contact_check_rule, rule_queue_check
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

needed as (

    select
        queue,
        check_name,
        subject,
        rule_id,
        rule_version
    from rule_queue_check
    where business_date = cast($business_date as date)

),

unjudged as (

    -- Needed, but nothing has judged it: no rule in force, or a check nobody has written.
    select
        candidates.queue,
        candidates.candidate_key,
        coalesce(needed.check_name, 'none') as check_name,
        coalesce(needed.subject, 'any') as subject,
        needed.rule_id,
        needed.rule_version
    from candidates
    left join needed
        on candidates.queue = needed.queue
    left join contact_check
        on
            candidates.queue = contact_check.queue
            and candidates.candidate_key = contact_check.candidate_key
            and needed.check_name = contact_check.check_name
            and (needed.subject = 'any' or needed.subject = contact_check.subject)
    where contact_check.queue is null

),

held_loans as (

    select
        case when cast($is_opening as boolean) then 'go_live' else contact_due.queue end as queue,
        case
            when cast($is_opening as boolean)
                then concat_ws(
                    '|',
                    contact_due.queue,
                    contact_due.customer_id,
                    contact_due.currency,
                    contact_due.loan_id
                )
            else concat_ws(
                '|', contact_due.customer_id, contact_due.currency, contact_due.loan_id
            )
        end as candidate_key,
        contact_due.customer_id,
        contact_due.loan_id,
        contact_due.hold_kind,
        contact_check_rule.rule_id,
        contact_check_rule.rule_version
    from contact_due
    left join contact_check_rule
        on
            contact_check_rule.check_name = 'no_hold'
            and contact_due.hold_kind = contact_check_rule.subject
    where
        contact_due.is_owed
        and contact_due.hold_kind is not null

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
    unjudged.queue,
    unjudged.candidate_key,
    unjudged.check_name,
    unjudged.subject,
    candidates.customer_id,
    candidates.loan_id,
    'check_not_available' as reason,
    'no rule in force judges this' as inputs,
    unjudged.rule_id,
    unjudged.rule_version
from unjudged
inner join candidates
    on
        unjudged.queue = candidates.queue
        and unjudged.candidate_key = candidates.candidate_key

union all

select
    cast($business_date as date) as business_date,
    queue,
    candidate_key,
    'no_hold' as check_name,
    hold_kind as subject,
    customer_id,
    loan_id,
    'hold_' || hold_kind as reason,
    'hold on this loan' as inputs,
    rule_id,
    rule_version
from held_loans
