-- gate_on: how the gates stand on the business date, what failed first.
--
-- grain   check_name, feed, column_name
-- reads   gate_check
-- write   query

select
    gate,
    check_name,
    feed,
    column_name,
    outcome,
    released_by,
    message,
    message_en,
    message_zh
from gate_check
where business_date = cast($business_date as date)
order by
    case outcome when 'failed' then 0 when 'passed' then 1 else 2 end,
    gate,
    check_name,
    feed,
    column_name
