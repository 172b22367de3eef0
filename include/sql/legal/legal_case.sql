-- legal_case: loans at or past the severe stage that have no case in this episode yet.
--
-- A case goes with its loan until the loan is cured: where a late booking moves the day the episode
-- began, it is the same case.
--
-- While a loan is paused no case is started; it is when the pause ends, if the loan is still
-- severe. A claim below the minimum of its currency opens none.
--
-- grain   business_date, case_id
-- reads   legal_loan, legal_case, legal_case_event
-- write   partition business_date

with

events as (

    select
        case_id,
        event,
        reason,
        row_number() over (
            partition by case_id
            order by business_date desc
        ) as event_rank
    from legal_case_event
    where business_date < cast($business_date as date)

),

earlier as (

    select
        legal_case.loan_id,
        legal_case.episode_started_on,
        coalesce(events.event = 'withdrawn' and events.reason in ('cured', 'settled'), false)
            as is_over
    from legal_case
    left join events
        on
            legal_case.case_id = events.case_id
            and events.event_rank = 1
    where legal_case.business_date < cast($business_date as date)

)

select
    cast($business_date as date) as business_date,
    'C' || md5(concat_ws(
        '|', 'legal_case', legal_loan.loan_id, cast(legal_loan.episode_started_on as varchar)
    )) as case_id,
    legal_loan.loan_id,
    legal_loan.customer_id,
    legal_loan.product,
    legal_loan.currency,
    legal_loan.episode_started_on,
    legal_loan.stage_entered_on as severe_since,
    legal_loan.days_past_due,
    legal_loan.claim_amount,
    legal_loan.claim_principal,
    legal_loan.claim_interest,
    legal_loan.claim_fee,
    legal_loan.claim_scope,
    legal_loan.last_due_on,
    legal_loan.limitation_earliest_on,
    legal_loan.excluded_routes,
    legal_loan.is_opening,
    legal_loan.rule_id,
    legal_loan.rule_version
from legal_loan
where
    -- At or past the threshold and not yet done, so that a date nobody ran loses no case.
    legal_loan.is_severe
    and legal_loan.is_enough
    and not legal_loan.is_paused
    and not exists (
        select 1
        from earlier
        where
            legal_loan.loan_id = earlier.loan_id
            and (
                legal_loan.episode_started_on = earlier.episode_started_on
                or not earlier.is_over
            )
    )
