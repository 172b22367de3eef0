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

-- Only contacts have hours and a number; the number has no country code, so that none begins like a
-- formula.
contact_queues as (

    select
        rule_queue_check.queue,
        cast(contact_moment.contact_on as varchar) || ' ' || contact_check_rule.window_start
            as window_start,
        cast(contact_moment.contact_on as varchar) || ' ' || contact_check_rule.window_end
            as window_end
    from rule_queue_check
    inner join contact_moment
        on rule_queue_check.business_date = contact_moment.business_date
    left join contact_check_rule
        on
            rule_queue_check.check_name = contact_check_rule.check_name
            and contact_check_rule.window_start is not null
    where
        rule_queue_check.business_date = cast($business_date as date)
        and rule_queue_check.check_name = 'allowed_hours'

),

allowed as (

    select
        contact_candidate.queue,
        contact_candidate.candidate_key,
        contact_candidate.planned_queue,
        contact_candidate.customer_id,
        contact_candidate.loan_id,
        contact_candidate.case_id,
        contact_candidate.reason_code,
        contact_candidate.content,
        contact_candidate.rule_id,
        contact_candidate.rule_version,
        case when contact_queues.queue is not null then recipient.phone end as phone,
        contact_queues.window_start,
        contact_queues.window_end
    from contact_candidate
    inner join passed
        on
            contact_candidate.queue = passed.queue
            and contact_candidate.candidate_key = passed.candidate_key
    left join recipient
        on contact_candidate.customer_id = recipient.customer_id
    left join contact_queues
        on contact_candidate.queue = contact_queues.queue
    where contact_candidate.business_date = cast($business_date as date)

)

select
    queue,
    'T' || md5(concat_ws(
        '|',
        queue,
        candidate_key,
        coalesce(phone, '~'),
        content,
        cast(cast($business_date as date) as varchar)
    )) as task_id,
    candidate_key,
    planned_queue,
    customer_id,
    loan_id,
    case_id,
    phone,
    reason_code,
    window_start,
    window_end,
    rule_id,
    rule_version
from allowed
