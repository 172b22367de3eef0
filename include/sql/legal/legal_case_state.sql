-- legal_case_state: every legal case as it stands on the business date.
--
-- Whatever ends, suspends or reopens a case goes before a decision of an earlier date. Both fall on
-- one date only when the facts of that date changed after the decision, and then the case rests on
-- nothing, unless its claim is still as large.
--
-- grain   case_id
-- reads   legal_case, legal_case_event, legal_case_decision, legal_case_figures
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
        claim_scope,
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
        reason,
        rests_on,
        customer_id,
        currency,
        claim_amount,
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
        decided_on,
        claim_amount,
        row_number() over (
            partition by case_id
            order by decided_on desc
        ) as decision_rank
    from legal_case_decision
    where decided_on <= cast($business_date as date)

),

figures as (

    -- Nothing is worked out any more of a case that is finished, nor of cases of before.
    select
        case_id,
        customer_id,
        currency,
        days_past_due,
        claim_amount,
        claim_principal,
        claim_interest,
        claim_fee,
        claim_scope,
        limitation_earliest_on,
        excluded_routes
    from legal_case_figures
    where business_date = cast($business_date as date)

),

standing as (

    select
        cases.case_id,
        case
            when
                decisions.decided_on > events.business_date
                or (
                    decisions.decided_on = events.business_date
                    and coalesce(events.claim_amount >= decisions.claim_amount, true)
                )
                then decisions.decision
        end as decision,
        events.event,
        events.reason,
        events.rests_on,
        events.customer_id,
        events.currency,
        events.business_date as state_since,
        decisions.decided_on
    from cases
    inner join events
        on
            cases.case_id = events.case_id
            and events.event_rank = 1
    left join decisions
        on
            cases.case_id = decisions.case_id
            and decisions.decision_rank = 1
    where cases.opening_rank = 1

)

select
    cases.case_id,
    cases.loan_id,
    coalesce(figures.customer_id, standing.customer_id, cases.customer_id) as customer_id,
    coalesce(figures.currency, standing.currency, cases.currency) as currency,
    cases.episode_started_on,
    coalesce(figures.days_past_due, cases.days_past_due) as days_past_due,
    coalesce(figures.claim_amount, cases.claim_amount) as claim_amount,
    case when figures.case_id is null then cases.claim_principal else figures.claim_principal end
        as claim_principal,
    case when figures.case_id is null then cases.claim_interest else figures.claim_interest end
        as claim_interest,
    case when figures.case_id is null then cases.claim_fee else figures.claim_fee end as claim_fee,
    coalesce(figures.claim_scope, cases.claim_scope) as claim_scope,
    coalesce(figures.limitation_earliest_on, cases.limitation_earliest_on)
        as limitation_earliest_on,
    case when figures.case_id is null then cases.excluded_routes else figures.excluded_routes end
        as excluded_routes,
    cases.opened_on,
    case
        when standing.event in ('withdrawn', 'suspended', 'followed', 'filed') then standing.event
        else coalesce(standing.decision, 'awaiting_approval')
    end as case_state,
    standing.state_since,
    standing.reason as state_reason,
    standing.rests_on,
    case when standing.decision is not null then standing.decided_on end as decided_on,
    cases.rule_id,
    cases.rule_version
from cases
inner join standing
    on cases.case_id = standing.case_id
left join figures
    on cases.case_id = figures.case_id
where cases.opening_rank = 1
