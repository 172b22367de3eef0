-- current_satisfaction: surveys of satisfaction as known on the date given, the latest version of each.
--
-- grain   survey_id
-- reads   satisfaction
-- write   view

with

versions as (

    select
        survey_id,
        task_id,
        customer_id,
        answered_on,
        score,
        channel,
        collector_id,
        received_on,
        line_no,
        row_number() over (
            partition by survey_id
            order by received_on desc
        ) as version_rank
    from satisfaction
    where received_on <= cast($known_on as date)

)

select
    survey_id,
    task_id,
    customer_id,
    answered_on,
    score,
    channel,
    collector_id,
    received_on,
    line_no
from versions
where version_rank = 1
