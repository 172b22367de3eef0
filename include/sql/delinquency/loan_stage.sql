-- loan_stage: stage and classification of each loan that is past due, or was on the previous date.
--
-- A pause freezes the stage that the loan had when it began: whatever happens to the days past due
-- in between, the stage moves on when the pause ends, or ends when the loan is paid. A regulatory
-- class goes by the calendar, unless its rule pack says that pauses are subtracted there too.
--
-- grain   business_date, loan_id
-- reads   current_loan_delinquency, current_loan_stage, rule_band
-- write   versions business_date

with

past_due as (

    select
        loan_id,
        customer_id,
        product,
        currency,
        days_past_due,
        calendar_days_past_due,
        is_paused,
        overdue_amount,
        cast($business_date as date) + (1 - calendar_days_past_due) as counted_from
    from current_loan_delinquency
    where business_date = cast($business_date as date)

),

bands as (

    select
        band_set,
        product,
        band,
        band_rank,
        lower_bound,
        subtracts_pauses,
        rule_id,
        rule_version,
        lead(lower_bound, 1, 2147483647) over (
            partition by band_set, product
            order by lower_bound
        ) as next_bound
    from rule_band
    where business_date = cast($business_date as date)

),

yesterday as (

    -- Whatever was owed, also where every day of it was paused.
    select
        current_loan_stage.loan_id,
        current_loan_stage.customer_id,
        current_loan_stage.product,
        current_loan_stage.currency,
        current_loan_stage.stage,
        current_loan_stage.stage_entered_on,
        current_loan_stage.episode_started_on,
        current_loan_stage.is_paused,
        bands.lower_bound as stage_begins_at
    from current_loan_stage
    left join bands
        on
            bands.band_set = 'overdue_stage'
            and current_loan_stage.product = bands.product
            and current_loan_stage.stage = bands.band
    where
        current_loan_stage.business_date = cast($previous_date as date)
        and current_loan_stage.overdue_amount > 0

),

loans as (

    select
        coalesce(past_due.loan_id, yesterday.loan_id) as loan_id,
        coalesce(past_due.customer_id, yesterday.customer_id) as customer_id,
        coalesce(past_due.product, yesterday.product) as product,
        coalesce(past_due.currency, yesterday.currency) as currency,
        coalesce(past_due.days_past_due, 0) as days_past_due,
        coalesce(past_due.calendar_days_past_due, 0) as calendar_days_past_due,
        coalesce(past_due.is_paused, false) as is_paused,
        coalesce(yesterday.is_paused, false) as was_paused,
        -- The days that the stage goes by.
        case
            when past_due.is_paused and yesterday.is_paused
                then coalesce(yesterday.stage_begins_at, past_due.days_past_due)
            else coalesce(past_due.days_past_due, 0)
        end as staged_days,
        coalesce(past_due.overdue_amount, cast(0 as decimal(18, 2))) as overdue_amount,
        past_due.counted_from,
        yesterday.stage as previous_stage,
        yesterday.stage_entered_on as previous_entered_on,
        yesterday.episode_started_on as previous_episode
    from past_due
    full join yesterday
        on past_due.loan_id = yesterday.loan_id

)

select
    cast($business_date as date) as business_date,
    loans.loan_id,
    loans.customer_id,
    loans.product,
    loans.currency,
    loans.days_past_due,
    loans.calendar_days_past_due,
    loans.is_paused,
    loans.was_paused,
    loans.overdue_amount,
    stages.band as stage,
    stages.band_rank as stage_rank,
    case
        when stages.band = loans.previous_stage then loans.previous_entered_on
        -- The opening has no yesterday: the day follows from the days past due.
        when cast($is_opening as boolean)
            then cast($business_date as date) + (stages.lower_bound - loans.days_past_due)
        else cast($business_date as date)
    end as stage_entered_on,
    coalesce(loans.previous_stage, 'current') as previous_stage,
    coalesce(loans.previous_episode, loans.counted_from) as episode_started_on,
    classes.band as asset_class,
    accounting.band as ifrs9_stage,
    reported.band as pboc_repay_status,
    cast($is_opening as boolean) as is_opening,
    stages.rule_id,
    stages.rule_version
from loans
inner join bands as stages
    on
        stages.band_set = 'overdue_stage'
        and loans.product = stages.product
        and loans.staged_days >= stages.lower_bound
        and loans.staged_days < stages.next_bound
left join bands as classes
    on
        classes.band_set = 'asset_class'
        and loans.product = classes.product
        and case
            when classes.subtracts_pauses then loans.days_past_due
            else loans.calendar_days_past_due
        end between classes.lower_bound and classes.next_bound - 1
left join bands as accounting
    on
        accounting.band_set = 'ifrs9_stage'
        and loans.product = accounting.product
        and case
            when accounting.subtracts_pauses then loans.days_past_due
            else loans.calendar_days_past_due
        end between accounting.lower_bound and accounting.next_bound - 1
left join bands as reported
    on
        reported.band_set = 'pboc_repay_status'
        and loans.product = reported.product
        and case
            when reported.subtracts_pauses then loans.days_past_due
            else loans.calendar_days_past_due
        end between reported.lower_bound and reported.next_bound - 1
