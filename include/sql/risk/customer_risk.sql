-- customer_risk: the level of customers who are past due, or whose level has changed.
--
-- The level of the score in force, or the floor of the worst overdue stage where that is higher.
-- The score in force is that of the latest refresh.
--
-- grain   business_date, customer_id
-- reads   credit_score, current_customer_delinquency, customer_risk, rule_scorecard,
--         rule_score_level, rule_parameter
-- write   partition business_date

with

refreshes as (

    select
        max(business_date) as score_date,
        max(case when business_date <= cast($previous_date as date) then business_date end)
            as previous_score_date
    from credit_score
    where business_date <= cast($business_date as date)

),

scores as (

    select
        credit_score.customer_id,
        credit_score.business_date as score_date,
        credit_score.scored_level
    from credit_score
    inner join refreshes
        on credit_score.business_date = refreshes.score_date

),

previous_scores as (

    select
        credit_score.customer_id,
        credit_score.scored_level
    from credit_score
    inner join refreshes
        on credit_score.business_date = refreshes.previous_score_date

),

floors as (

    select
        customer_id,
        risk_floor as floor_level,
        case when risk_floor is not null then rule_id end as floor_rule_id,
        case when risk_floor is not null then rule_version end as floor_rule_version
    from current_customer_delinquency
    where business_date = cast($business_date as date)

),

before as (

    select
        customer_id,
        floor_level,
        risk_level
    from customer_risk
    where business_date = cast($previous_date as date)

),

candidates as (

    select customer_id
    from floors

    union distinct

    select customer_id
    from before

    union distinct

    select scores.customer_id
    from scores
    left join previous_scores
        on scores.customer_id = previous_scores.customer_id
    where
        scores.score_date = cast($business_date as date)
        and coalesce(scores.scored_level, 'none')
        <> coalesce(previous_scores.scored_level, 'none')

),

levels as (

    select
        risk_level,
        level_rank
    from rule_score_level
    where business_date = cast($business_date as date)

),

defaults as (

    select
        scorecard.rule_id,
        scorecard.rule_version,
        parameters.value_text as default_level
    from rule_scorecard as scorecard
    inner join rule_parameter as parameters
        on
            scorecard.business_date = parameters.business_date
            and scorecard.rule_id = parameters.pack
            and parameters.parameter = 'default_level'
    where scorecard.business_date = cast($business_date as date)

),

weighed as (

    select
        candidates.customer_id,
        scores.score_date,
        scores.scored_level,
        floors.floor_level,
        floors.floor_rule_id,
        floors.floor_rule_version,
        floors.customer_id is not null as is_past_due,
        case
            when floor_levels.level_rank > scored_levels.level_rank then floors.floor_level
            else coalesce(scores.scored_level, floors.floor_level, defaults.default_level)
        end as risk_level,
        case
            when cast($previous_date as date) is not null
                then
                    coalesce(
                        before.risk_level, previous_scores.scored_level, defaults.default_level
                    )
        end as previous_level,
        previous_scores.scored_level as previous_scored_level,
        before.floor_level as previous_floor_level,
        defaults.rule_id,
        defaults.rule_version
    from candidates
    cross join defaults
    left join scores
        on candidates.customer_id = scores.customer_id
    left join previous_scores
        on candidates.customer_id = previous_scores.customer_id
    left join floors
        on candidates.customer_id = floors.customer_id
    left join before
        on candidates.customer_id = before.customer_id
    left join levels as scored_levels
        on scores.scored_level = scored_levels.risk_level
    left join levels as floor_levels
        on floors.floor_level = floor_levels.risk_level

)

select
    cast($business_date as date) as business_date,
    customer_id,
    score_date,
    scored_level,
    floor_level,
    risk_level,
    previous_level,
    previous_scored_level,
    previous_floor_level,
    floor_rule_id,
    floor_rule_version,
    rule_id,
    rule_version
from weighed
where
    is_past_due
    or risk_level <> previous_level
