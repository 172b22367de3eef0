-- usable_bureau_delivery: the latest delivery of the bureau, if it is not too old to count.
--
-- One row, or none: then nothing is known of other lenders, which is not the same as no debts.
--
-- grain   delivered_on
-- reads   delivery
-- write   view

with

latest as (

    select max(business_date) as delivered_on
    from delivery
    where
        feed = 'bureau_loan'
        and business_date <= cast($business_date as date)

)

select delivered_on
from latest
where delivered_on >= cast($business_date as date) - cast($bureau_max_age_days as integer)
