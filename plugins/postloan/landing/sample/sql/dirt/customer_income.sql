-- A day that no calendar has.

select
    known_on,
    customer_id,
    left(income_month, 4) || '-02-31' as income_month,
    income_source,
    amount
from customer_income_daily
where
    draw('income fault', hash(customer_id || income_month || income_source) >> 1)
    < getvariable('dirty_share')
