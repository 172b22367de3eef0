-- multi_lender_state: whose multi-lender level has changed, and why.
--
-- The gravest threshold that is met gives the level. While the bureau is not refreshed nothing
-- changes; whoever the lender may no longer ask about, or has no loan any more, falls back to none.
--
-- grain   business_date, customer_id
-- reads   multi_lender_exposure, multi_lender_state, rule_threshold, usable_bureau_delivery
-- write   partition business_date

with

measures as (

    select
        customer_id,
        'open_lenders' as indicator,
        cast(open_lenders as bigint) as measured
    from multi_lender_exposure

    union all

    select
        customer_id,
        'new_lenders_short' as indicator,
        cast(new_lenders_short as bigint) as measured
    from multi_lender_exposure

    union all

    select
        customer_id,
        'new_lenders_long' as indicator,
        cast(new_lenders_long as bigint) as measured
    from multi_lender_exposure

    union all

    select
        customer_id,
        'debt_to_income' as indicator,
        debt_to_income as measured
    from multi_lender_exposure
    where debt_to_income is not null

),

met as (

    select
        measures.customer_id,
        measures.indicator,
        measures.measured,
        thresholds.alert_level,
        thresholds.rule_id,
        thresholds.rule_version,
        row_number() over (
            partition by measures.customer_id
            order by thresholds.level_rank desc, thresholds.rule_id asc
        ) as gravity
    from measures
    inner join rule_threshold as thresholds
        on
            thresholds.business_date = cast($business_date as date)
            and thresholds.pack = 'multi_lender'
            and measures.indicator = thresholds.indicator
            and measures.measured >= thresholds.lower_bound

),

all_met as (

    select
        customer_id,
        string_agg(
            indicator || ' ' || cast(measured as varchar) || ' (' || rule_id || ')',
            '; ' order by rule_id
        ) as rules_met
    from met
    group by customer_id

),

states as (

    select
        customer_id,
        alert_level,
        rule_id,
        rule_version,
        row_number() over (
            partition by customer_id
            order by business_date desc
        ) as recency
    from multi_lender_state
    where business_date < cast($business_date as date)

),

in_force as (

    select
        customer_id,
        alert_level,
        rule_id,
        rule_version
    from states
    where recency = 1

)

select
    cast($business_date as date) as business_date,
    exposure.customer_id,
    coalesce(met.alert_level, 'none') as alert_level,
    coalesce(in_force.alert_level, 'none') as previous_level,
    'thresholds' as change_reason,
    cast($is_opening as boolean) as is_opening,
    exposure.open_lenders,
    exposure.open_debts,
    exposure.new_lenders_short,
    exposure.new_lenders_long,
    exposure.open_balance,
    exposure.overdue_with_others,
    exposure.monthly_payment,
    exposure.own_payment,
    exposure.average_income,
    exposure.debt_to_income,
    exposure.bureau_delivered_on,
    all_met.rules_met,
    coalesce(met.rule_id, in_force.rule_id) as rule_id,
    coalesce(met.rule_version, in_force.rule_version) as rule_version
from multi_lender_exposure as exposure
left join met
    on
        exposure.customer_id = met.customer_id
        and met.gravity = 1
left join all_met
    on exposure.customer_id = all_met.customer_id
left join in_force
    on exposure.customer_id = in_force.customer_id
where coalesce(met.alert_level, 'none') <> coalesce(in_force.alert_level, 'none')

union all

select
    cast($business_date as date) as business_date,
    in_force.customer_id,
    'none' as alert_level,
    in_force.alert_level as previous_level,
    'no_longer_usable' as change_reason,
    cast($is_opening as boolean) as is_opening,
    cast(null as integer) as open_lenders,
    cast(null as integer) as open_debts,
    cast(null as integer) as new_lenders_short,
    cast(null as integer) as new_lenders_long,
    cast(null as decimal(18, 2)) as open_balance,
    cast(null as decimal(18, 2)) as overdue_with_others,
    cast(null as decimal(18, 2)) as monthly_payment,
    cast(null as decimal(18, 2)) as own_payment,
    cast(null as decimal(18, 2)) as average_income,
    cast(null as bigint) as debt_to_income,
    usable_bureau_delivery.delivered_on as bureau_delivered_on,
    cast(null as varchar) as rules_met,
    in_force.rule_id,
    in_force.rule_version
from in_force
cross join usable_bureau_delivery
left join multi_lender_exposure as exposure
    on in_force.customer_id = exposure.customer_id
where
    exposure.customer_id is null
    and in_force.alert_level <> 'none'
