-- risk_event: customers whose risk level is another one than on the previous business date.
--
-- None on an opening: there is nothing to compare with.
--
-- grain   business_date, customer_id
-- reads   customer_risk, rule_score_level
-- write   partition business_date

with

moves as (

    select
        customer_risk.customer_id,
        customer_risk.previous_level,
        customer_risk.risk_level,
        levels.level_rank > previous_levels.level_rank as is_raised,
        case
            when
                levels.level_rank > previous_levels.level_rank
                and customer_risk.floor_level = customer_risk.risk_level
                and coalesce(customer_risk.previous_floor_level, 'none')
                <> customer_risk.floor_level
                then 'floor_reached'
            when
                levels.level_rank < previous_levels.level_rank
                and customer_risk.previous_floor_level = customer_risk.previous_level
                and customer_risk.floor_level is null
                then 'floor_lifted'
            when
                levels.level_rank < previous_levels.level_rank
                and customer_risk.previous_floor_level = customer_risk.previous_level
                and customer_risk.floor_level <> customer_risk.previous_floor_level
                then 'floor_lowered'
            when customer_risk.previous_scored_level is null then 'first_score'
            else 'score_refreshed'
        end as reason,
        customer_risk.floor_rule_id,
        customer_risk.floor_rule_version,
        customer_risk.rule_id,
        customer_risk.rule_version
    from customer_risk
    inner join rule_score_level as levels
        on
            customer_risk.business_date = levels.business_date
            and customer_risk.risk_level = levels.risk_level
    inner join rule_score_level as previous_levels
        on
            customer_risk.business_date = previous_levels.business_date
            and customer_risk.previous_level = previous_levels.risk_level
    where
        customer_risk.business_date = cast($business_date as date)
        and customer_risk.risk_level <> customer_risk.previous_level

)

select
    cast($business_date as date) as business_date,
    customer_id,
    case
        when reason = 'floor_lifted' then 'floor_lifted'
        when is_raised then 'raised'
        else 'lowered'
    end as event,
    previous_level as from_level,
    risk_level as to_level,
    reason,
    case
        when reason in ('floor_reached', 'floor_lowered') then floor_rule_id
        else rule_id
    end as rule_id,
    case
        when reason in ('floor_reached', 'floor_lowered') then floor_rule_version
        else rule_version
    end as rule_version
from moves
