-- loan_stage: stage and classification of each loan that is past due, or was on the previous date.
--
-- grain   business_date, loan_id
-- reads   loan_delinquency, loan_stage, rule_band
-- write   partition business_date

with

past_due as (

    select
        loan_id,
        customer_id,
        product,
        currency,
        days_past_due,
        overdue_amount,
        oldest_unpaid_due_on,
        cast($business_date as date) + (1 - days_past_due) as counted_from
    from loan_delinquency
    where business_date = cast($business_date as date)

),

yesterday as (

    select
        loan_id,
        customer_id,
        product,
        currency,
        stage,
        stage_entered_on,
        episode_started_on
    from loan_stage
    where
        business_date = cast($previous_date as date)
        and stage_rank > 0

),

bands as (

    select
        band_set,
        product,
        band,
        band_rank,
        lower_bound,
        rule_id,
        rule_version,
        lead(lower_bound, 1, 2147483647) over (
            partition by band_set, product
            order by lower_bound
        ) as next_bound
    from rule_band
    where business_date = cast($business_date as date)

),

loans as (

    select
        coalesce(past_due.loan_id, yesterday.loan_id) as loan_id,
        coalesce(past_due.customer_id, yesterday.customer_id) as customer_id,
        coalesce(past_due.product, yesterday.product) as product,
        coalesce(past_due.currency, yesterday.currency) as currency,
        coalesce(past_due.days_past_due, 0) as days_past_due,
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
    stages.rule_version,
    cast($known_on as date) as known_on
from loans
inner join bands as stages
    on
        stages.band_set = 'overdue_stage'
        and loans.product = stages.product
        and loans.days_past_due >= stages.lower_bound
        and loans.days_past_due < stages.next_bound
left join bands as classes
    on
        classes.band_set = 'asset_class'
        and loans.product = classes.product
        and loans.days_past_due >= classes.lower_bound
        and loans.days_past_due < classes.next_bound
left join bands as accounting
    on
        accounting.band_set = 'ifrs9_stage'
        and loans.product = accounting.product
        and loans.days_past_due >= accounting.lower_bound
        and loans.days_past_due < accounting.next_bound
left join bands as reported
    on
        reported.band_set = 'pboc_repay_status'
        and loans.product = reported.product
        and loans.days_past_due >= reported.lower_bound
        and loans.days_past_due < reported.next_bound
