-- legal_case_change: what of substance differs between how a case stands and what was decided, or,
-- where nothing is decided, what the legal department was told last.
--
-- An approval covers what was shown to whoever gave it: debtor, product, currency, claim and its
-- parts, scope, stage, limitation, gaps, student status, closed routes, plan, and how many must
-- approve. A claim that grew by no more than the rule says is covered, and so are days that pass, a
-- gap that closed and a plan that is gone; more of a gap, or less of a claim, is not. Nothing is
-- compared that an earlier version did not keep. What a court dismissed under the number of the case,
-- and a complaint about the amount that was upheld, have overtaken the approval too.
--
-- Of what is filed the claim may grow and days may pass; who is sued, for how much at most and in
-- which currency may not change without a word.
--
-- grain   case_id
-- reads   legal_case_now, legal_case_figures, legal_case_decision, legal_request_case,
--         legal_case_checklist, rule_parameter, court_notice, current_complaint
-- write   view

with

figures as (

    select
        case_id,
        customer_id,
        product,
        currency,
        stage,
        claim_amount,
        claim_principal,
        claim_interest,
        claim_fee,
        claim_scope,
        limitation_earliest_on,
        excluded_routes,
        is_full_time_student,
        plan,
        approvals_needed
    from legal_case_figures
    where business_date = cast($business_date as date)

),

shown as (

    select
        legal_case_now.case_id,
        legal_request_case.product,
        legal_request_case.stage,
        legal_request_case.claim_principal,
        legal_request_case.claim_interest,
        legal_request_case.claim_fee,
        legal_request_case.limitation_earliest_on,
        legal_request_case.excluded_routes,
        legal_request_case.is_full_time_student,
        legal_request_case.plan,
        legal_request_case.missing_items,
        legal_request_case.approvals_needed
    from legal_case_now
    inner join legal_case_decision
        on
            legal_case_now.case_id = legal_case_decision.case_id
            and legal_case_now.decided_on = legal_case_decision.decided_on
    inner join legal_request_case
        on
            legal_case_decision.case_id = legal_request_case.case_id
            and legal_case_decision.asked_on = legal_request_case.asked_on
            and legal_case_decision.asked_round = legal_request_case.round
    where legal_case_now.last_decision = 'approved'

),

new_gaps as (

    select distinct shown.case_id
    from shown
    inner join legal_case_checklist
        on shown.case_id = legal_case_checklist.case_id
    where
        legal_case_checklist.business_date = cast($business_date as date)
        and legal_case_checklist.item_state = 'missing'
        and ',' || coalesce(shown.missing_items, '') || ','
        not like '%,' || legal_case_checklist.item || ',%'

),

growth as (

    select cast(value_number as decimal(9, 2)) as percent
    from rule_parameter
    where
        business_date = cast($business_date as date)
        and pack = 'legal_claims'
        and parameter = 'claim_growth_covered'

),

dismissed as (

    select distinct legal_case_now.case_id
    from legal_case_now
    inner join court_notice
        on
            legal_case_now.loan_id = court_notice.loan_id
            and legal_case_now.case_id = court_notice.case_id
    where
        court_notice.effect = 'ends'
        and court_notice.received_on > legal_case_now.decided_on

),

upheld as (

    select distinct legal_case_now.case_id
    from legal_case_now
    inner join current_complaint
        on
            legal_case_now.customer_id = current_complaint.customer_id
            and (
                current_complaint.loan_id is null
                or legal_case_now.loan_id = current_complaint.loan_id
            )
    where
        current_complaint.complaint_kind = 'amount'
        and current_complaint.complaint_state = 'upheld'
        and current_complaint.received_on > legal_case_now.decided_on

),

approved as (

    select
        figures.case_id,
        concat_ws(
            ', ',
            case
                when figures.customer_id <> legal_case_now.decided_customer
                    then 'customer_changed'
            end,
            case when figures.product <> shown.product then 'product_changed' end,
            case
                when figures.currency <> legal_case_now.decided_currency then 'currency_changed'
            end,
            case
                when
                    figures.claim_amount < legal_case_now.decided_claim
                    or figures.claim_amount * 100
                    > legal_case_now.decided_claim * (100 + coalesce(growth.percent, 0))
                    or figures.claim_principal < shown.claim_principal
                    or figures.claim_interest < shown.claim_interest
                    or figures.claim_fee < shown.claim_fee
                    then 'claim_changed'
            end,
            case
                when figures.claim_scope <> legal_case_now.decided_scope then 'scope_changed'
            end,
            case when figures.stage <> shown.stage then 'stage_changed' end,
            case
                when
                    shown.limitation_earliest_on is not null
                    and (
                        figures.limitation_earliest_on is null
                        or figures.limitation_earliest_on <> shown.limitation_earliest_on
                    )
                    then 'limitation_changed'
            end,
            case when new_gaps.case_id is not null then 'gap_opened' end,
            case
                when
                    figures.is_full_time_student <> shown.is_full_time_student
                    then 'student_changed'
            end,
            case
                when
                    shown.case_id is not null
                    and figures.excluded_routes <> coalesce(shown.excluded_routes, '')
                    then 'routes_changed'
            end,
            case
                when
                    shown.case_id is not null
                    and figures.plan <> coalesce(shown.plan, '')
                    then 'plan_changed'
            end,
            case
                when figures.approvals_needed > shown.approvals_needed then 'more_approvers'
            end,
            case when dismissed.case_id is not null then 'dismissed' end,
            case when upheld.case_id is not null then 'complaint_upheld' end
        ) as reasons
    from figures
    inner join legal_case_now
        on figures.case_id = legal_case_now.case_id
    left join shown
        on figures.case_id = shown.case_id
    left join new_gaps
        on figures.case_id = new_gaps.case_id
    left join dismissed
        on figures.case_id = dismissed.case_id
    left join upheld
        on figures.case_id = upheld.case_id
    left join growth
        on growth.percent is not null
    where legal_case_now.decision = 'approved'

),

filed as (

    select
        figures.case_id,
        concat_ws(
            ', ',
            case
                when figures.customer_id <> legal_case_now.decided_customer
                    then 'customer_changed'
            end,
            case
                when figures.currency <> legal_case_now.decided_currency then 'currency_changed'
            end,
            case
                when figures.claim_amount < legal_case_now.decided_claim then 'claim_changed'
            end,
            case
                when
                    figures.is_full_time_student
                    and not coalesce(shown.is_full_time_student, false)
                    then 'student_changed'
            end,
            case when upheld.case_id is not null then 'complaint_upheld' end
        ) as reasons
    from figures
    inner join legal_case_now
        on figures.case_id = legal_case_now.case_id
    left join shown
        on figures.case_id = shown.case_id
    left join upheld
        on figures.case_id = upheld.case_id
    where
        legal_case_now.event = 'filed'
        and legal_case_now.decision is null
        and legal_case_now.last_decision = 'approved'

),

waiting as (

    select
        figures.case_id,
        concat_ws(
            ', ',
            case
                when figures.customer_id <> legal_case_now.asked_customer then 'customer_changed'
            end,
            case
                when figures.currency <> legal_case_now.asked_currency then 'currency_changed'
            end,
            case when figures.claim_amount <> legal_case_now.asked_claim then 'claim_changed' end,
            case when figures.claim_scope <> legal_case_now.asked_scope then 'scope_changed' end
        ) as reasons
    from figures
    inner join legal_case_now
        on figures.case_id = legal_case_now.case_id
    where
        (legal_case_now.decision is null and coalesce(legal_case_now.event, '') <> 'filed')
        or legal_case_now.decision <> 'approved'

),

changed as (

    select
        case_id,
        reasons
    from approved

    union all

    select
        case_id,
        reasons
    from filed

    union all

    select
        case_id,
        reasons
    from waiting

)

select
    case_id,
    reasons
from changed
where reasons <> ''
