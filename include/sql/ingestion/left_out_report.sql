-- left_out_report: reports of wrong numbers that a delivery leaves out, or tells otherwise. Of
-- another day, task, loan or contact person it is about another number.
--
-- grain   received_on, left_out_no, outcome_id
-- reads   report_before, contact_outcome
-- write   append

select
    earlier.received_on,
    cast($load_no as bigint) as left_out_no,
    earlier.outcome_id,
    earlier.customer_id,
    earlier.task_id,
    earlier.loan_id,
    earlier.contact_no,
    earlier.attempted_at,
    earlier.result,
    earlier.told_no
from report_before as earlier
where not exists (
    select 1
    from contact_outcome as told
    where
        earlier.outcome_id = told.outcome_id
        and earlier.received_on = told.received_on
        and earlier.customer_id = told.customer_id
        and coalesce(earlier.task_id, '') = coalesce(told.task_id, '')
        and coalesce(earlier.loan_id, '') = coalesce(told.loan_id, '')
        and coalesce(earlier.contact_no, 0) = coalesce(told.contact_no, 0)
        and earlier.attempted_at = told.attempted_at
        and earlier.result = told.result
)
