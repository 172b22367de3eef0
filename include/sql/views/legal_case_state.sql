-- legal_case_state: every legal case as it stands on the business date.
--
-- A withdrawal goes before a decision: both fall on one date only when the facts of that date
-- changed after the decision, and then the case rests on nothing.
--
-- grain   case_id
-- reads   legal_case, legal_case_event, legal_case_decision
-- write   view

with

cases as (

    -- A date that was run again may open a case anew that a later date has opened already.
    select
        case_id,
        loan_id,
        customer_id,
        currency,
        episode_started_on,
        days_past_due,
        claim_amount,
        claim_principal,
        claim_interest,
        claim_fee,
        limitation_earliest_on,
        excluded_routes,
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
        business_date,
        row_number() over (
            partition by case_id
            order by business_date desc
        ) as event_rank
    from legal_case_event
    where business_date <= cast($business_date as date)

),

decisions as (

    select
        case_id,
        decision,
        decided_on
    from legal_case_decision
    where decided_on <= cast($business_date as date)

)

select
    cases.case_id,
    cases.loan_id,
    cases.customer_id,
    cases.currency,
    cases.episode_started_on,
    cases.days_past_due,
    cases.claim_amount,
    cases.claim_principal,
    cases.claim_interest,
    cases.claim_fee,
    cases.limitation_earliest_on,
    cases.excluded_routes,
    cases.opened_on,
    case
        when events.event = 'withdrawn' then 'withdrawn'
        else coalesce(decisions.decision, 'awaiting_approval')
    end as case_state,
    events.business_date as state_since,
    decisions.decided_on,
    cases.rule_id,
    cases.rule_version
from cases
inner join events
    on
        cases.case_id = events.case_id
        and events.event_rank = 1
left join decisions
    on cases.case_id = decisions.case_id
where cases.opening_rank = 1
