-- contact_candidate: what the rules wish to send today, before any check.
--
-- grain   business_date, queue, candidate_key
-- reads   contact_proposal, alert_proposal, legal_proposal, legal_case_checklist, rule_legal_checklist,
--         rule_queue_reason
-- write   partition business_date

with

contacts as (

    select
        queue,
        candidate_key,
        planned_queue,
        customer_id,
        currency,
        amount_due,
        loan_count,
        loan_amounts,
        loan_stages,
        days_past_due,
        stage,
        template_id,
        script_id,
        reason_zh,
        reason_en,
        rule_id,
        rule_version
    from contact_proposal

),

alerts as (

    select
        queue,
        candidate_key,
        customer_id,
        severity,
        reason_code,
        evidence,
        rule_id,
        rule_version
    from alert_proposal

),

cases as (

    select
        queue,
        candidate_key,
        case_id,
        loan_id,
        customer_id,
        currency,
        claim_amount,
        claim_principal,
        claim_interest,
        claim_fee,
        claim_scope_zh,
        claim_scope_en,
        days_past_due,
        limitation_earliest_on,
        excluded_routes,
        approved_on,
        approved_by,
        approval_reason,
        reason_code,
        rule_id,
        rule_version
    from legal_proposal

),

looked_at as (

    -- Every day, as long as a case is not finished.
    select
        legal_case_checklist.case_id,
        max(legal_case_checklist.business_date) as business_date
    from legal_case_checklist
    inner join cases
        on legal_case_checklist.case_id = cases.case_id
    where legal_case_checklist.business_date <= cast($business_date as date)
    group by legal_case_checklist.case_id

),

missing as (

    select
        cases.queue,
        cases.case_id,
        string_agg(
            coalesce(rule_legal_checklist.title_zh, legal_case_checklist.item)
            || coalesce(' (' || legal_case_checklist.known_zh || ')', ''), '; '
            order by legal_case_checklist.item_rank
        ) as items_zh,
        string_agg(
            coalesce(rule_legal_checklist.title_en, legal_case_checklist.item)
            || coalesce(' (' || legal_case_checklist.known_en || ')', ''), '; '
            order by legal_case_checklist.item_rank
        ) as items_en
    from cases
    inner join looked_at
        on cases.case_id = looked_at.case_id
    inner join legal_case_checklist
        on
            looked_at.case_id = legal_case_checklist.case_id
            and looked_at.business_date = legal_case_checklist.business_date
    left join rule_legal_checklist
        on
            rule_legal_checklist.business_date = cast($business_date as date)
            and legal_case_checklist.item = rule_legal_checklist.item
    where legal_case_checklist.item_state = 'missing'
    group by cases.queue, cases.case_id

),

reasons as (

    select
        queue,
        reason_code,
        reason_zh,
        reason_en
    from rule_queue_reason
    where business_date = cast($business_date as date)

),

wishes as (

    select
        queue,
        candidate_key,
        planned_queue as reason_code
    from contacts

    union all

    select
        queue,
        candidate_key,
        reason_code
    from alerts

    union all

    select
        queue,
        candidate_key,
        reason_code
    from cases

)

select
    cast($business_date as date) as business_date,
    wishes.queue,
    wishes.candidate_key,
    contacts.loan_stages,
    coalesce(contacts.customer_id, alerts.customer_id, cases.customer_id) as customer_id,
    cases.loan_id,
    cases.case_id,
    alerts.candidate_key as alert_id,
    contacts.planned_queue,
    contacts.template_id,
    contacts.script_id,
    coalesce(contacts.currency, cases.currency) as currency,
    coalesce(contacts.amount_due, cases.claim_amount) as amount_due,
    contacts.loan_count,
    contacts.loan_amounts,
    coalesce(contacts.days_past_due, cases.days_past_due) as days_past_due,
    contacts.stage,
    alerts.severity,
    alerts.evidence,
    cases.claim_principal,
    cases.claim_interest,
    cases.claim_fee,
    cases.claim_scope_zh,
    cases.claim_scope_en,
    cases.limitation_earliest_on,
    cases.excluded_routes,
    missing.items_zh as missing_items_zh,
    missing.items_en as missing_items_en,
    cases.approved_on,
    cases.approved_by,
    cases.approval_reason,
    coalesce(reasons.reason_zh, contacts.reason_zh, wishes.reason_code) as reason_zh,
    coalesce(reasons.reason_en, contacts.reason_en, wishes.reason_code) as reason_en,
    coalesce(contacts.rule_id, alerts.rule_id, cases.rule_id) as rule_id,
    coalesce(contacts.rule_version, alerts.rule_version, cases.rule_version) as rule_version
from wishes
left join contacts
    on
        wishes.queue = contacts.queue
        and wishes.candidate_key = contacts.candidate_key
left join alerts
    on
        wishes.queue = alerts.queue
        and wishes.candidate_key = alerts.candidate_key
left join cases
    on
        wishes.queue = cases.queue
        and wishes.candidate_key = cases.candidate_key
left join missing
    on
        cases.queue = missing.queue
        and cases.case_id = missing.case_id
left join reasons
    on
        wishes.queue = reasons.queue
        and wishes.reason_code = reasons.reason_code
