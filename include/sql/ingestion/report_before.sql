-- report_before: reports of wrong numbers in the delivery that another one is about to replace.
--
-- grain   received_on, outcome_id
-- reads   contact_outcome, delivery
-- write   temporary

select
    contact_outcome.outcome_id,
    contact_outcome.customer_id,
    contact_outcome.task_id,
    contact_outcome.loan_id,
    contact_outcome.contact_no,
    contact_outcome.attempted_at,
    contact_outcome.result,
    contact_outcome.received_on,
    coalesce(delivery.load_no, 0) as told_no
from contact_outcome
inner join delivery
    on
        contact_outcome.received_on = delivery.business_date
        and delivery.feed = 'contact_outcome'
where
    delivery.source = cast($source as varchar)
    and contact_outcome.received_on = cast($business_date as date)
    and contact_outcome.result in ('wrong_number', 'invalid_number')
