-- legal_case_waiting: cases that a person may decide on for a business date.
--
-- A person may answer days later: what later dates have withdrawn or decided is not asked again.
--
-- grain   case_id
-- reads   legal_case_state, legal_case_event, legal_case_decision
-- write   query

with

events as (

    select
        case_id,
        event,
        row_number() over (
            partition by case_id
            order by business_date desc
        ) as event_rank
    from legal_case_event

),

decided as (

    select case_id
    from legal_case_decision

)

select
    legal_case_state.case_id,
    legal_case_state.loan_id,
    legal_case_state.claim_amount
from legal_case_state
inner join events
    on
        legal_case_state.case_id = events.case_id
        and events.event_rank = 1
left join decided
    on legal_case_state.case_id = decided.case_id
where
    legal_case_state.case_state = 'awaiting_approval'
    and events.event <> 'withdrawn'
    and decided.case_id is null
order by legal_case_state.case_id
