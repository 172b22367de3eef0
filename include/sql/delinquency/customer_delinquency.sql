-- customer_delinquency: every customer with a past-due loan; the worst of the loans decides.
--
-- grain   business_date, customer_id
-- reads   current_loan_stage, rule_band
-- write   versions business_date

with

ranked as (

    select
        staged.customer_id,
        staged.days_past_due,
        staged.stage,
        staged.stage_rank,
        staged.rule_id,
        staged.rule_version,
        bands.risk_floor,
        row_number() over (
            partition by staged.customer_id
            order by
                staged.stage_rank desc, staged.days_past_due desc, staged.loan_id asc
        ) as badness,
        max(staged.days_past_due) over (
            partition by staged.customer_id
        ) as customer_max_dpd,
        count(*) over (partition by staged.customer_id) as overdue_loans
    from current_loan_stage as staged
    inner join rule_band as bands
        on
            bands.band_set = 'overdue_stage'
            and staged.product = bands.product
            and staged.stage = bands.band
            and bands.business_date = cast($business_date as date)
    where
        staged.business_date = cast($business_date as date)
        and staged.stage_rank > 0

)

select
    cast($business_date as date) as business_date,
    customer_id,
    customer_max_dpd,
    stage as worst_stage,
    stage_rank as worst_stage_rank,
    risk_floor,
    overdue_loans,
    rule_id,
    rule_version
from ranked
where badness = 1
