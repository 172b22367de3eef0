-- contact_candidate: what the rules wish to send today, before any check.
--
-- What a wish says goes into the number of its task (`content`); its file has it as columns, by the
-- payload of its queue.
--
-- grain   business_date, queue, candidate_key
-- reads   contact_proposal, alert_proposal, legal_proposal
-- write   partition business_date

with

proposals as (

    select
        queue,
        candidate_key,
        planned_queue,
        customer_id,
        cast(null as varchar) as loan_id,
        cast(null as varchar) as case_id,
        stage as reason_code,
        concat_ws(
            '|',
            coalesce(template_id, script_id, '~'),
            loan_amounts,
            loan_stages,
            cast(amount_due as varchar)
        ) as content,
        rule_id,
        rule_version
    from contact_proposal

    union all

    select
        queue,
        candidate_key,
        cast(null as varchar) as planned_queue,
        customer_id,
        cast(null as varchar) as loan_id,
        cast(null as varchar) as case_id,
        reason_code,
        '~|~|~|~' as content,
        rule_id,
        rule_version
    from alert_proposal

    union all

    select
        queue,
        candidate_key,
        cast(null as varchar) as planned_queue,
        customer_id,
        loan_id,
        case_id,
        reason_code,
        '~|~|~|' || coalesce(cast(claim_amount as varchar), '~') as content,
        rule_id,
        rule_version
    from legal_proposal

)

select
    cast($business_date as date) as business_date,
    queue,
    candidate_key,
    planned_queue,
    customer_id,
    loan_id,
    case_id,
    reason_code,
    content,
    rule_id,
    rule_version
from proposals
