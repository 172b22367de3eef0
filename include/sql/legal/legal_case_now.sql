-- legal_case_now: cases that are not finished, with what became of them before the business date,
-- and how their loan stands on it.
--
-- A case goes with its loan until the loan is cured, whatever day the episode is known to have
-- begun on; the debtor and the currency are those of the loan by now. A case of an episode that is
-- over stays out once it is withdrawn, and one that was rejected while its loan is past due.
--
-- grain   case_id
-- reads   legal_case, legal_case_event, legal_case_decision, legal_loan, current_loan
-- write   temporary

with

cases as (

    -- A date that was run again may open a case anew that a later date has opened already.
    select
        case_id,
        loan_id,
        customer_id,
        product,
        currency,
        episode_started_on,
        claim_amount,
        claim_scope,
        business_date as opened_on,
        rule_id,
        rule_version,
        row_number() over (
            partition by case_id
            order by business_date
        ) as opening_rank
    from legal_case
    where business_date <= cast($business_date as date)

),

events as (

    select
        case_id,
        event,
        reason,
        customer_id,
        currency,
        claim_amount,
        claim_scope,
        business_date,
        row_number() over (
            partition by case_id
            order by business_date desc
        ) as event_rank
    from legal_case_event
    where business_date < cast($business_date as date)

),

decisions as (

    select
        case_id,
        decision,
        decided_on,
        customer_id,
        currency,
        claim_amount,
        claim_scope,
        row_number() over (
            partition by case_id
            order by decided_on desc
        ) as decision_rank
    from legal_case_decision
    where decided_on < cast($business_date as date)

),

known as (

    select
        cases.case_id,
        cases.loan_id,
        cases.customer_id,
        cases.product,
        cases.currency,
        cases.episode_started_on,
        cases.opened_on,
        cases.claim_amount,
        cases.claim_scope,
        cases.rule_id,
        cases.rule_version,
        events.event,
        events.reason as event_reason,
        events.customer_id as event_customer,
        events.currency as event_currency,
        events.claim_amount as event_claim,
        events.claim_scope as event_scope,
        coalesce(events.event = 'withdrawn' and events.reason in ('cured', 'settled'), false)
            as is_over,
        decisions.decided_on,
        decisions.decision as last_decision,
        decisions.customer_id as decided_customer,
        decisions.currency as decided_currency,
        decisions.claim_amount as decided_claim,
        decisions.claim_scope as decided_scope,
        -- What a case came to after its decision asks for a new one.
        case
            when
                decisions.decided_on > events.business_date
                or (
                    decisions.decided_on = events.business_date
                    and coalesce(events.claim_amount >= decisions.claim_amount, true)
                )
                then decisions.decision
        end as decision
    from cases
    left join events
        on
            cases.case_id = events.case_id
            and events.event_rank = 1
    left join decisions
        on
            cases.case_id = decisions.case_id
            and decisions.decision_rank = 1
    where cases.opening_rank = 1

),

matched as (

    select
        known.case_id,
        row_number() over (
            partition by known.loan_id
            order by
                case
                    when known.episode_started_on = legal_loan.episode_started_on then 0 else 1
                end,
                known.opened_on desc,
                known.case_id asc
        ) as match_rank
    from known
    inner join legal_loan
        on known.loan_id = legal_loan.loan_id
    where
        known.episode_started_on = legal_loan.episode_started_on
        or not known.is_over

)

select
    known.case_id,
    known.loan_id,
    coalesce(legal_loan.customer_id, known.event_customer, known.customer_id) as customer_id,
    coalesce(legal_loan.product, known.product) as product,
    coalesce(legal_loan.currency, known.event_currency, known.currency) as currency,
    known.episode_started_on,
    known.opened_on,
    known.event,
    known.event_reason,
    known.decision,
    known.decided_on,
    known.last_decision,
    coalesce(known.event_customer, known.customer_id) as asked_customer,
    coalesce(known.event_currency, known.currency) as asked_currency,
    coalesce(known.event_claim, known.claim_amount) as asked_claim,
    coalesce(known.event_scope, known.claim_scope) as asked_scope,
    coalesce(known.decided_customer, known.customer_id) as decided_customer,
    coalesce(known.decided_currency, known.currency) as decided_currency,
    coalesce(known.decided_claim, known.claim_amount) as decided_claim,
    coalesce(known.decided_scope, known.claim_scope) as decided_scope,
    legal_loan.loan_id is not null as is_past_due,
    current_loan.loan_status,
    coalesce(legal_loan.is_severe, false) as is_severe,
    coalesce(legal_loan.is_enough, false) as is_enough,
    coalesce(legal_loan.has_minimum, false) as has_minimum,
    coalesce(legal_loan.is_paused, false) as is_paused,
    coalesce(legal_loan.needs_two, true) as needs_two,
    legal_loan.stage,
    coalesce(legal_loan.days_past_due, 0) as days_past_due,
    cast(coalesce(legal_loan.claim_amount, 0) as decimal(18, 2)) as claim_amount,
    legal_loan.claim_principal,
    legal_loan.claim_interest,
    legal_loan.claim_fee,
    legal_loan.claim_scope,
    legal_loan.last_due_on,
    legal_loan.limitation_earliest_on,
    legal_loan.excluded_routes,
    coalesce(legal_loan.is_full_time_student, false) as is_full_time_student,
    legal_loan.plan,
    known.rule_id,
    known.rule_version
from known
left join matched
    on
        known.case_id = matched.case_id
        and matched.match_rank = 1
left join legal_loan
    on
        known.loan_id = legal_loan.loan_id
        and matched.case_id is not null
left join current_loan
    on known.loan_id = current_loan.loan_id
where
    (
        legal_loan.loan_id is not null
        and coalesce(known.decision, '') <> 'rejected'
        -- Paid and booked back, a rejection still holds.
        and not (known.is_over and coalesce(known.last_decision, '') = 'rejected')
    )
    or (
        legal_loan.loan_id is null
        -- Below the stage or the minimum is not the end; being cured is.
        and (
            coalesce(known.event, '') <> 'withdrawn'
            or known.event_reason in ('below_stage', 'below_minimum', 'no_minimum')
        )
    )
