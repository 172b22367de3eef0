-- credit_score_dimension: what each dimension of the score is worth for a customer, and why.
--
-- Points of the indicators that have data, out of the most these could have given, on the scale of
-- the score, halves rounded up. With less data than the rule asks for there are no points.
--
-- grain   business_date, customer_id, dimension
-- reads   score_data, score_indicator, rule_scorecard, rule_score_dimension, rule_score_points
-- write   partition business_date

with

given_points as (

    select
        score_indicator.customer_id,
        score_indicator.dimension,
        cast(sum(rules.points) as bigint) as points,
        cast(sum(rules.most_points) as bigint) as most_points
    from score_indicator
    inner join rule_score_points as rules
        on
            score_indicator.dimension = rules.dimension
            and score_indicator.indicator = rules.indicator
            and (
                score_indicator.category = rules.category
                or (
                    score_indicator.measured >= rules.lower_bound
                    and (
                        rules.upper_bound is null
                        or score_indicator.measured < rules.upper_bound
                    )
                )
            )
    where rules.business_date = cast($business_date as date)
    group by score_indicator.customer_id, score_indicator.dimension

),

weighed as (

    select
        score_data.customer_id,
        score_data.dimension,
        score_data.data_points,
        score_data.inputs,
        dimensions.weight,
        dimensions.minimum_data,
        dimensions.rule_id,
        dimensions.rule_version,
        scorecard.maximum_score,
        given_points.points,
        given_points.most_points,
        given_points.points is not null
        and score_data.data_points >= dimensions.minimum_data as has_data
    from score_data
    inner join rule_score_dimension as dimensions
        on
            score_data.dimension = dimensions.dimension
            and dimensions.business_date = cast($business_date as date)
    inner join rule_scorecard as scorecard
        on dimensions.business_date = scorecard.business_date
    left join given_points
        on
            score_data.customer_id = given_points.customer_id
            and score_data.dimension = given_points.dimension

)

select
    cast($business_date as date) as business_date,
    customer_id,
    dimension,
    case when has_data then 'scored' else 'insufficient_data' end as dimension_status,
    cast(
        case
            when has_data
                then (2 * points * maximum_score + most_points) // (2 * most_points)
        end as integer
    ) as points,
    weight,
    data_points,
    minimum_data,
    inputs,
    rule_id,
    rule_version
from weighed
