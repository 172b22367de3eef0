-- legal_wish: cases the legal department has not been told of since they came to stand as they do.
--
-- grain   queue, candidate_key
-- reads   legal_case_state, task, task_recall
-- write   view

with

cases as (

    select
        case when case_state = 'approved' then 'legal_case_approved' else 'legal_preparation' end
            as queue,
        case_id,
        loan_id,
        customer_id,
        currency,
        claim_amount,
        claim_principal,
        claim_interest,
        claim_fee,
        days_past_due,
        limitation_earliest_on,
        excluded_routes,
        case_state,
        opened_on,
        state_since,
        decided_on,
        rule_id,
        rule_version
    from legal_case_state
    where case_state in ('awaiting_approval', 'approved')

),

recalled as (

    -- Recalled on wrong facts, a case was told of all the same: what a person makes of it counts.
    select
        queue,
        task_id
    from task_recall
    where
        business_date < cast($business_date as date)
        and recall_kind <> 'refuted'

),

told as (

    select
        task.queue,
        task.case_id,
        max(task.business_date) as told_on
    from task
    left join recalled
        on
            task.queue = recalled.queue
            and task.task_id = recalled.task_id
    where
        task.business_date < cast($business_date as date)
        and task.task_action = 'added'
        and task.case_id is not null
        and recalled.task_id is null
    group by task.queue, task.case_id

)

select
    cases.queue,
    cases.case_id as candidate_key,
    cases.case_id,
    cases.loan_id,
    cases.customer_id,
    cases.currency,
    cases.claim_amount,
    cases.claim_principal,
    cases.claim_interest,
    cases.claim_fee,
    cases.days_past_due,
    cases.limitation_earliest_on,
    cases.excluded_routes,
    cases.opened_on,
    case when cases.case_state = 'approved' then cases.decided_on end as approved_on,
    cases.case_state as reason_code,
    cases.rule_id,
    cases.rule_version
from cases
left join told
    on
        cases.queue = told.queue
        and cases.case_id = told.case_id
where
    told.told_on is null
    or told.told_on < cases.state_since
