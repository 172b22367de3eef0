-- customer_delinquency: every customer with a past-due loan; the worst of the loans decides.
--
-- grain   business_date, customer_id
-- reads   loan_stage, rule_band
-- write   partition business_date

with

ranked as (

    select
        loan_stage.customer_id,
        loan_stage.days_past_due,
        loan_stage.stage,
        loan_stage.stage_rank,
        loan_stage.rule_id,
        loan_stage.rule_version,
        bands.risk_floor,
        row_number() over (
            partition by loan_stage.customer_id
            order by
                loan_stage.stage_rank desc, loan_stage.days_past_due desc, loan_stage.loan_id asc
        ) as badness,
        max(loan_stage.days_past_due) over (
            partition by loan_stage.customer_id
        ) as customer_max_dpd,
        count(*) over (partition by loan_stage.customer_id) as overdue_loans
    from loan_stage
    inner join rule_band as bands
        on
            bands.band_set = 'overdue_stage'
            and loan_stage.product = bands.product
            and loan_stage.stage = bands.band
            and bands.business_date = cast($business_date as date)
    where
        loan_stage.business_date = cast($business_date as date)
        and loan_stage.stage_rank > 0

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
    rule_version,
    cast($known_on as date) as known_on
from ranked
where badness = 1
