-- legal_proposal: cases the legal department has not been told of since they came to stand as they do.
--
-- grain   queue, candidate_key
-- reads   legal_case_state, legal_case_decision, legal_case_approval, task, task_recall,
--         rule_legal_wording
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
        claim_scope,
        days_past_due,
        limitation_earliest_on,
        excluded_routes,
        case_state,
        state_since,
        decided_on,
        rule_id,
        rule_version
    from legal_case_state
    where case_state in ('awaiting_approval', 'approved')

),

decided as (

    -- Who decided last has approved what the others have.
    select
        legal_case_decision.case_id,
        legal_case_decision.decided_on,
        legal_case_decision.decided_by,
        legal_case_decision.reason,
        legal_case_approval.substance
    from legal_case_decision
    left join legal_case_approval
        on
            legal_case_decision.decided_on = legal_case_approval.approved_on
            and legal_case_decision.asked_on = legal_case_approval.asked_on
            and legal_case_decision.asked_round = legal_case_approval.round
            and legal_case_decision.case_id = legal_case_approval.case_id
            and legal_case_decision.decided_by = legal_case_approval.approved_by
    where legal_case_decision.decision = 'approved'

),

approvals as (

    select distinct
        cases.case_id,
        legal_case_approval.approved_by,
        legal_case_approval.reason
    from cases
    inner join decided
        on
            cases.case_id = decided.case_id
            and cases.decided_on = decided.decided_on
    inner join legal_case_approval
        on
            cases.case_id = legal_case_approval.case_id
            and decided.substance = legal_case_approval.substance
    where
        legal_case_approval.approved_on >= cases.state_since
        and legal_case_approval.approved_on <= cases.decided_on

),

approved as (

    select
        case_id,
        string_agg(approved_by, '; ' order by approved_by) as approved_by,
        string_agg(approved_by || ': ' || reason, '; ' order by approved_by) as reasons
    from approvals
    group by case_id

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

),

wording as (

    select
        code,
        title_zh,
        title_en
    from rule_legal_wording
    where
        business_date = cast($business_date as date)
        and subject = 'claim_scope'

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
    coalesce(wording.title_zh, cases.claim_scope) as claim_scope_zh,
    coalesce(wording.title_en, cases.claim_scope) as claim_scope_en,
    cases.days_past_due,
    cases.limitation_earliest_on,
    cases.excluded_routes,
    case when cases.case_state = 'approved' then cases.decided_on end as approved_on,
    case
        when cases.case_state = 'approved' then coalesce(approved.approved_by, decided.decided_by)
    end as approved_by,
    case
        when cases.case_state = 'approved' then coalesce(approved.reasons, decided.reason)
    end as approval_reason,
    cases.case_state as reason_code,
    cases.rule_id,
    cases.rule_version
from cases
left join told
    on
        cases.queue = told.queue
        and cases.case_id = told.case_id
left join decided
    on
        cases.case_id = decided.case_id
        and cases.decided_on = decided.decided_on
left join approved
    on cases.case_id = approved.case_id
left join wording
    on cases.claim_scope = wording.code
where
    told.told_on is null
    or told.told_on < cases.state_since
