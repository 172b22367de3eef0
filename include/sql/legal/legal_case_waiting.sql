-- legal_case_waiting: cases that a person may decide on, as they stand on the newest closed date.
--
-- A case that anything forbids by now is not asked about, whatever its last event says; our own
-- lawsuit forbids nothing.
--
-- grain   case_id
-- reads   legal_case_state, legal_case_figures
-- write   query

with

figures as (

    select
        case_id,
        loan_id,
        customer_id,
        product,
        currency,
        stage,
        days_past_due,
        claim_amount,
        claim_principal,
        claim_interest,
        claim_fee,
        claim_scope,
        limitation_earliest_on,
        excluded_routes,
        is_full_time_student,
        plan,
        missing_items,
        missing_zh,
        missing_en,
        dunning_zh,
        dunning_en,
        approvals_needed,
        substance
    from legal_case_figures
    where
        business_date = cast($business_date as date)
        and is_severe
        and is_enough
        and (court_event_id is null or is_own_lawsuit)
        and stopped_by is null

)

select
    figures.case_id,
    figures.loan_id,
    figures.customer_id,
    figures.product,
    figures.currency,
    figures.stage,
    figures.days_past_due,
    figures.claim_amount,
    figures.claim_principal,
    figures.claim_interest,
    figures.claim_fee,
    figures.claim_scope,
    figures.limitation_earliest_on,
    figures.excluded_routes,
    figures.is_full_time_student,
    figures.plan,
    figures.missing_items,
    figures.missing_zh,
    figures.missing_en,
    figures.dunning_zh,
    figures.dunning_en,
    figures.approvals_needed,
    figures.substance
from figures
inner join legal_case_state
    on figures.case_id = legal_case_state.case_id
where legal_case_state.case_state = 'awaiting_approval'
order by figures.case_id
