-- legal_case_event: cases opened today, and undecided cases whose loan was cured or fell back.
--
-- grain   business_date, case_id
-- reads   legal_case, legal_case_event, legal_case_decision, loan_stage
-- write   partition business_date

with

opened as (

    select
        case_id,
        days_past_due,
        rule_id,
        rule_version
    from legal_case
    where business_date = cast($business_date as date)

),

earlier as (

    select
        case_id,
        loan_id,
        episode_started_on,
        min(rule_id) as rule_id,
        min(rule_version) as rule_version
    from legal_case
    where business_date < cast($business_date as date)
    group by case_id, loan_id, episode_started_on

),

events as (

    select
        case_id,
        event,
        row_number() over (
            partition by case_id
            order by business_date desc
        ) as event_rank
    from legal_case_event
    where business_date < cast($business_date as date)

),

decided as (

    select case_id
    from legal_case_decision
    where decided_on < cast($business_date as date)

),

past_due as (

    select
        loan_id,
        episode_started_on,
        days_past_due
    from loan_stage
    where
        business_date = cast($business_date as date)
        and stage_rank > 0

),

undecided as (

    select
        earlier.case_id,
        events.event,
        past_due.loan_id is not null as is_past_due,
        coalesce(past_due.days_past_due, 0) as days_past_due,
        earlier.rule_id,
        earlier.rule_version
    from earlier
    inner join events
        on
            earlier.case_id = events.case_id
            and events.event_rank = 1
    left join decided
        on earlier.case_id = decided.case_id
    left join past_due
        on
            earlier.loan_id = past_due.loan_id
            and earlier.episode_started_on = past_due.episode_started_on
    where decided.case_id is null

)

select
    cast($business_date as date) as business_date,
    case_id,
    'opened' as event,
    days_past_due,
    rule_id,
    rule_version
from opened

union all

select
    cast($business_date as date) as business_date,
    case_id,
    case when is_past_due then 'reopened' else 'withdrawn' end as event,
    days_past_due,
    rule_id,
    rule_version
from undecided
where
    (event = 'withdrawn' and is_past_due)
    or (event <> 'withdrawn' and not is_past_due)
