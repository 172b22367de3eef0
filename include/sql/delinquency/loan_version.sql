-- loan_version: everything that was ever known about one loan on the business date, oldest first.
--
-- `cause` names the feeds whose rows, received on the day a version began, spoke of this date.
--
-- grain   known_from, known_before, version_no
-- reads   loan_stage, restated_loan
-- write   query

with

versions as (

    select
        known_from,
        known_before,
        version_no,
        stage,
        days_past_due,
        overdue_amount,
        is_paused
    from loan_stage
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
    versions.known_from,
    versions.known_before,
    versions.stage,
    versions.days_past_due,
    versions.overdue_amount,
    versions.is_paused,
    began.cause as began_with,
    ended.cause as ended_with
from versions
left join causes as began
    on versions.known_from = began.received_on
left join causes as ended
    on versions.known_before = ended.received_on
order by versions.known_from, versions.version_no
