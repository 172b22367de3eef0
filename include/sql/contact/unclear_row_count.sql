-- unclear_row_count: what refused rows that may restrict contact come to on the business date.
--
-- grain   one row
-- reads   unclear_row
-- write   query

with

counted as (

    select
        count(distinct customer_id) as customers_held,
        coalesce(sum(case when customer_id is null then 1 else 0 end), 0) as rows_nameless
    from unclear_row

),

named as (

    select distinct
        business_date,
        feed,
        file_sha256,
        line_no
    from unclear_row
    where customer_id is not null

)

select
    counted.customers_held,
    counted.rows_nameless,
    (select count(*) from named) as rows_named
from counted
