-- loan_version: everything that was ever believed about one loan on the business date, oldest first.
--
-- `cause` names the feeds whose rows, received on the day a belief began, spoke of this date.
--
-- grain   known_from, known_before, belief_no
-- reads   stage_version, restated_loan
-- write   query

with

beliefs as (

    select
        known_from,
        known_before,
        belief_no,
        stage,
        days_past_due,
        overdue_amount,
        is_paused
    from stage_version
    where
        business_date = cast($business_date as date)
        and loan_id = cast($loan_id as varchar)

),

causes as (

    select
        received_on,
        string_agg(distinct cause, ', ' order by cause) as cause
    from restated_loan
    where
        loan_id = cast($loan_id as varchar)
        and from_date <= cast($business_date as date)
    group by received_on

)

select
    beliefs.known_from,
    beliefs.known_before,
    beliefs.stage,
    beliefs.days_past_due,
    beliefs.overdue_amount,
    beliefs.is_paused,
    began.cause as began_with,
    ended.cause as ended_with
from beliefs
left join causes as began
    on beliefs.known_from = began.received_on
left join causes as ended
    on beliefs.known_before = ended.received_on
order by beliefs.known_from, beliefs.belief_no nulls last
