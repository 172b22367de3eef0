-- eligible_task: what may go out today: candidates that passed every check their queue asks for.
--
-- The number of a task is made of what it says: the queue, the debtor and the number to be called,
-- the loans with their amounts and stages, the wording and the date. The same wish is the same
-- task in every run; a wish that says something else is another one, and the first is recalled.
--
-- grain   queue, task_id
-- reads   contact_candidate, contact_check, contact_check_rule, rule_queue_check, recipient,
--         contact_moment
-- write   temporary

with

passed as (

    select
        queue,
        candidate_key
    from contact_check
    group by queue, candidate_key
    having bool_and(is_passed)

),

hours as (

    select
        window_start,
        window_end
    from contact_check_rule
    where check_name = 'allowed_hours'

),

contact_queues as (

    select queue
    from rule_queue_check
    where
        business_date = cast($business_date as date)
        and check_name = 'allowed_hours'

),

allowed as (

    select
        contact_candidate.queue,
        contact_candidate.candidate_key,
        contact_candidate.loan_stages,
        contact_candidate.customer_id,
        contact_candidate.loan_id,
        contact_candidate.case_id,
        contact_candidate.alert_id,
        contact_candidate.planned_queue,
        contact_candidate.template_id,
        contact_candidate.script_id,
        contact_candidate.currency,
        contact_candidate.amount_due,
        contact_candidate.loan_count,
        contact_candidate.loan_amounts,
        contact_candidate.days_past_due,
        contact_candidate.stage,
        contact_candidate.severity,
        contact_candidate.evidence,
        contact_candidate.claim_principal,
        contact_candidate.claim_interest,
        contact_candidate.claim_fee,
        contact_candidate.claim_scope_zh,
        contact_candidate.claim_scope_en,
        contact_candidate.limitation_earliest_on,
        contact_candidate.excluded_routes,
        contact_candidate.missing_items_zh,
        contact_candidate.missing_items_en,
        contact_candidate.approved_on,
        contact_candidate.approved_by,
        contact_candidate.approval_reason,
        contact_candidate.reason_zh,
        contact_candidate.reason_en,
        contact_candidate.rule_id,
        contact_candidate.rule_version,
        -- Only who is contacted is named. The number has no country code, so that none begins like
        -- a formula.
        case when contact_queues.queue is not null then recipient.customer_name end
            as customer_name,
        case when contact_queues.queue is not null then recipient.phone end as phone,
        case
            when contact_queues.queue is not null
                then cast(contact_moment.contact_on as varchar) || ' ' || hours.window_start
        end as window_start,
        case
            when contact_queues.queue is not null
                then cast(contact_moment.contact_on as varchar) || ' ' || hours.window_end
        end as window_end
    from contact_candidate
    inner join contact_moment
        on contact_candidate.business_date = contact_moment.business_date
    inner join passed
        on
            contact_candidate.queue = passed.queue
            and contact_candidate.candidate_key = passed.candidate_key
    left join recipient
        on contact_candidate.customer_id = recipient.customer_id
    left join contact_queues
        on contact_candidate.queue = contact_queues.queue
    left join hours
        on hours.window_start is not null
    where contact_candidate.business_date = cast($business_date as date)

)

select
    queue,
    'T' || md5(concat_ws(
        '|',
        queue,
        candidate_key,
        coalesce(phone, '~'),
        coalesce(template_id, script_id, '~'),
        coalesce(loan_amounts, '~'),
        coalesce(loan_stages, '~'),
        coalesce(cast(amount_due as varchar), '~'),
        cast(cast($business_date as date) as varchar)
    )) as task_id,
    candidate_key,
    customer_name,
    phone,
    customer_id,
    loan_id,
    case_id,
    alert_id,
    planned_queue,
    template_id,
    script_id,
    currency,
    amount_due,
    loan_count,
    loan_amounts,
    days_past_due,
    stage,
    severity,
    evidence,
    claim_principal,
    claim_interest,
    claim_fee,
    claim_scope_zh,
    claim_scope_en,
    limitation_earliest_on,
    excluded_routes,
    missing_items_zh,
    missing_items_en,
    approved_on,
    approved_by,
    approval_reason,
    reason_zh,
    reason_en,
    window_start,
    window_end,
    rule_id,
    rule_version
from allowed
