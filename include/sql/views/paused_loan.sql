-- paused_loan: loans that are paused on the business date, with the pause that has lasted longest.
--
-- grain   loan_id
-- reads   current_pause
-- write   view

with

lasting as (

    select
        loan_id,
        pause_reason,
        starts_on,
        row_number() over (
            partition by loan_id
            order by starts_on, pause_id
        ) as pause_rank
    from current_pause
    where
        starts_on <= cast($business_date as date)
        and (ends_on is null or ends_on > cast($business_date as date))

)

select
    loan_id,
    pause_reason,
    starts_on as paused_since
from lasting
where pause_rank = 1
