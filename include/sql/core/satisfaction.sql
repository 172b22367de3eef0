-- satisfaction: surveys of satisfaction as delivered.
--
-- grain   survey_id
-- reads   staged_satisfaction
-- write   partition received_on

select
    survey_id,
    task_id,
    customer_id,
    answered_on,
    score,
    channel,
    collector_id,
    cast($business_date as date) as received_on,
    line_no
from staged_satisfaction
