-- legal_case_event: what happened to cases today: opened, or moved by what is known of them now.
--
-- An approved case is as good as its facts: whatever withdraws or suspends one that waits does so
-- with one that was approved, and what no longer is what was approved is asked anew. Whatever ends
-- or suspends a case for other reasons than before is told again with those of now.
--
-- grain   business_date, case_id
-- reads   legal_case_figures, legal_case_now, legal_case_change
-- write   partition business_date

with

cases as (

    select
        legal_case_figures.case_id,
        legal_case_figures.customer_id,
        legal_case_figures.currency,
        legal_case_figures.days_past_due,
        legal_case_figures.claim_amount,
        legal_case_figures.claim_scope,
        legal_case_figures.court_event_id,
        legal_case_figures.stopped_by,
        legal_case_figures.rule_id,
        legal_case_figures.rule_version,
        legal_case_now.event,
        legal_case_now.event_reason,
        legal_case_now.decision,
        legal_case_figures.court_event_kind,
        legal_case_figures.is_own_lawsuit,
        case
            when
                not legal_case_now.is_past_due
                and legal_case_now.loan_status in ('settled', 'written_off', 'cancelled')
                then legal_case_now.loan_status
            when not legal_case_now.is_past_due then 'cured'
            when not legal_case_figures.is_severe then 'below_stage'
            when not legal_case_now.has_minimum then 'no_minimum'
            when not legal_case_figures.is_enough then 'below_minimum'
        end as ended_by,
        legal_case_change.reasons as changed_by
    from legal_case_figures
    inner join legal_case_now
        on legal_case_figures.case_id = legal_case_now.case_id
    left join legal_case_change
        on legal_case_figures.case_id = legal_case_change.case_id
    where legal_case_figures.business_date = cast($business_date as date)

),

wanted as (

    select
        case_id,
        customer_id,
        currency,
        days_past_due,
        claim_amount,
        claim_scope,
        court_event_id,
        court_event_kind,
        stopped_by,
        ended_by,
        changed_by,
        rule_id,
        rule_version,
        event,
        event_reason,
        case
            when ended_by is not null then 'withdrawn'
            when court_event_id is not null and not is_own_lawsuit then 'followed'
            when stopped_by is not null then 'suspended'
            -- What is filed and no longer what was approved is so again once it is approved anew.
            when court_event_id is not null and event = 'filed' and changed_by is not null
                then 'standing'
            when court_event_id is not null and event = 'changed' and decision is null
                then 'standing'
            when court_event_id is not null then 'filed'
            else 'standing'
        end as standing
    from cases

),

moved as (

    select
        case_id,
        customer_id,
        currency,
        days_past_due,
        claim_amount,
        claim_scope,
        court_event_id,
        court_event_kind,
        stopped_by,
        ended_by,
        changed_by,
        rule_id,
        rule_version,
        case
            when standing <> 'standing' and event is null then standing
            when standing <> 'standing' and event <> standing then standing
            when standing = 'withdrawn' and ended_by <> event_reason then standing
            when standing = 'suspended' and stopped_by <> event_reason then standing
            when standing <> 'standing' then null
            when event is null then 'opened'
            when event in ('withdrawn', 'suspended', 'followed') then 'reopened'
            when changed_by is not null then 'changed'
            when event = 'filed' then 'reopened'
        end as event
    from wanted

)

select
    cast($business_date as date) as business_date,
    case_id,
    event,
    case event
        when 'withdrawn' then ended_by
        when 'suspended' then stopped_by
        when 'changed' then changed_by
        when 'followed' then court_event_kind
        when 'filed' then court_event_kind
    end as reason,
    case when event in ('followed', 'filed') then court_event_id end as rests_on,
    customer_id,
    currency,
    claim_amount,
    claim_scope,
    days_past_due,
    rule_id,
    rule_version
from moved
where event is not null
