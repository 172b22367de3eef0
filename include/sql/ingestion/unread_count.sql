-- unread_count: what came by now that may protect somebody of whom nobody knows who it is.
--
-- grain   one row
-- reads   gate_restriction
-- write   query

select count(*) as findings
from gate_restriction
where check_name in ('nameless_rows', 'delivery_refused', 'delivery_not_loaded')
