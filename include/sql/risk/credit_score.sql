-- credit_score: the mean of the dimensions that have data, by weight, and the level it stands for.
--
-- A dimension without data is left out and the weights of the others take its place. With fewer
-- dimensions than the rule asks for there is no score at all.
--
-- grain   business_date, customer_id
-- reads   credit_score_dimension, rule_scorecard, rule_score_level
-- write   partition business_date

with

sums as (

    select
        customer_id,
        cast(
            sum(case when dimension_status = 'scored' then 1 else 0 end) as integer
        ) as dimensions_used,
        cast(
            sum(case when dimension_status = 'scored' then cast(points as bigint) * weight end)
            as bigint
        ) as weighted_points,
        cast(
            sum(case when dimension_status = 'scored' then weight end) as bigint
        ) as weights
    from credit_score_dimension
    where business_date = cast($business_date as date)
    group by customer_id

),

scores as (

    -- Halves rounded up, in whole numbers.
    select
        sums.customer_id,
        sums.dimensions_used,
        scorecard.rule_id,
        scorecard.rule_version,
        cast(
            case
                when sums.dimensions_used >= scorecard.minimum_dimensions
                    then (2 * sums.weighted_points + sums.weights) // (2 * sums.weights)
            end as integer
        ) as score
    from sums
    inner join rule_scorecard as scorecard
        on scorecard.business_date = cast($business_date as date)

)

select
    cast($business_date as date) as business_date,
    scores.customer_id,
    scores.score,
    levels.risk_level as scored_level,
    scores.dimensions_used,
    scores.rule_id,
    scores.rule_version
from scores
left join rule_score_level as levels
    on
        levels.business_date = cast($business_date as date)
        and scores.score >= levels.lower_bound
        and (
            levels.upper_bound is null
            or scores.score < levels.upper_bound
        )
