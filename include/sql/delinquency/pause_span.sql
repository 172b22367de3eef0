-- pause_span: the days on which each loan is paused, as spans that neither overlap nor touch.
--
-- A span is the union of the pauses it is made of, from its first day to the day before `ends_on`.
-- Pauses that begin after the business date are not looked at.
--
-- grain   loan_id, starts_on
-- reads   current_pause
-- write   temporary

with

pauses as (

    select
        loan_id,
        pause_id,
        starts_on,
        coalesce(ends_on, date '9999-12-31') as ends_on
    from current_pause
    where
        starts_on <= cast($business_date as date)
        and (ends_on is null or ends_on > starts_on)

),

covered as (

    select
        loan_id,
        pause_id,
        starts_on,
        ends_on,
        max(ends_on) over (
            partition by loan_id
            order by starts_on, pause_id
            rows between unbounded preceding and 1 preceding
        ) as covered_before
    from pauses

),

numbered as (

    -- A span begins where nothing before it reaches.
    select
        loan_id,
        starts_on,
        ends_on,
        count(
            case when covered_before is null or covered_before < starts_on then 1 end
        ) over (
            partition by loan_id
            order by starts_on, pause_id
            rows between unbounded preceding and current row
        ) as span_no
    from covered

)

select
    loan_id,
    min(starts_on) as starts_on,
    max(ends_on) as ends_on
from numbered
group by loan_id, span_no
