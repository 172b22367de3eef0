-- legal_case: loans at or past the severe stage that have no case in this episode yet.
--
-- While a loan is paused no case is started; it is when the pause ends, if the loan is still severe.
--
-- grain   business_date, case_id
-- reads   loan_stage, loan_delinquency, rule_band, rule_parameter, legal_case, instalment,
--         current_enrolment, rule_enrolment_code, rule_enrolment_status
-- write   partition business_date

with

opens_at as (

    select
        rule_band.product,
        rule_band.band_rank,
        rule_parameter.rule_id,
        rule_parameter.rule_version
    from rule_parameter
    inner join rule_band
        on
            rule_parameter.business_date = rule_band.business_date
            and rule_parameter.value_text = rule_band.band
    where
        rule_parameter.business_date = cast($business_date as date)
        and rule_parameter.pack = 'legal_preparation'
        and rule_parameter.parameter = 'opens_at_stage'
        and rule_band.band_set = 'overdue_stage'

),

earlier as (

    select
        loan_id,
        episode_started_on
    from legal_case
    where business_date < cast($business_date as date)

),

severe as (

    -- At or past the threshold and not yet done, so that a date nobody ran loses no case.
    select
        loan_stage.loan_id,
        loan_stage.customer_id,
        loan_stage.product,
        loan_stage.currency,
        loan_stage.episode_started_on,
        loan_stage.stage_entered_on,
        loan_stage.days_past_due,
        loan_stage.is_opening,
        opens_at.rule_id,
        opens_at.rule_version
    from loan_stage
    inner join opens_at
        on
            loan_stage.product = opens_at.product
            and loan_stage.stage_rank >= opens_at.band_rank
    left join earlier
        on
            loan_stage.loan_id = earlier.loan_id
            and loan_stage.episode_started_on = earlier.episode_started_on
    where
        loan_stage.business_date = cast($business_date as date)
        and not loan_stage.is_paused
        and earlier.loan_id is null

),

claims as (

    select
        loan_id,
        overdue_amount,
        overdue_principal,
        overdue_interest,
        overdue_fee
    from loan_delinquency
    where business_date = cast($business_date as date)

),

schedule as (

    -- Narrowed to these loans before the versions are ranked: the schedule is the largest feed.
    select
        instalment.loan_id,
        instalment.due_on,
        instalment.amount_due,
        row_number() over (
            partition by instalment.loan_id, instalment.instalment_no
            order by instalment.received_on desc
        ) as version_rank
    from instalment
    inner join severe
        on instalment.loan_id = severe.loan_id
    where instalment.received_on <= cast($business_date as date)

),

last_due as (

    select
        loan_id,
        max(due_on) as last_due_on
    from schedule
    where
        version_rank = 1
        and amount_due > 0
    group by loan_id

),

limitation as (

    select cast(round(value_number, 0) as integer) as years
    from rule_parameter
    where
        business_date = cast($business_date as date)
        and pack = 'cn_limitation'
        and parameter = 'limitation_years'

),

enrolments as (

    select
        current_enrolment.customer_id,
        current_enrolment.code_system,
        current_enrolment.status_code,
        current_enrolment.is_full_time,
        row_number() over (
            partition by current_enrolment.customer_id
            order by current_enrolment.effective_on desc, current_enrolment.institution_id asc
        ) as enrolment_rank
    from current_enrolment
    inner join severe
        on current_enrolment.customer_id = severe.customer_id
    where current_enrolment.effective_on <= cast($business_date as date)

),

full_time_students as (

    select distinct enrolments.customer_id
    from enrolments
    inner join rule_enrolment_code
        on
            rule_enrolment_code.business_date = cast($business_date as date)
            and enrolments.code_system = rule_enrolment_code.code_system
            and lower(enrolments.status_code) = rule_enrolment_code.status_code
    inner join rule_enrolment_status
        on
            rule_enrolment_status.business_date = cast($business_date as date)
            and rule_enrolment_code.canonical_status = rule_enrolment_status.canonical_status
    where
        enrolments.enrolment_rank = 1
        and enrolments.is_full_time
        and rule_enrolment_status.is_enrolled

),

excluded as (

    select value_text as routes
    from rule_parameter
    where
        business_date = cast($business_date as date)
        and pack = 'cn_legal_routes'
        and parameter = 'excluded_for_full_time_students'

)

select
    cast($business_date as date) as business_date,
    'C' || md5(concat_ws(
        '|', 'legal_case', severe.loan_id, cast(severe.episode_started_on as varchar)
    )) as case_id,
    severe.loan_id,
    severe.customer_id,
    severe.product,
    severe.currency,
    severe.episode_started_on,
    severe.stage_entered_on as severe_since,
    severe.days_past_due,
    claims.overdue_amount as claim_amount,
    claims.overdue_principal as claim_principal,
    claims.overdue_interest as claim_interest,
    claims.overdue_fee as claim_fee,
    last_due.last_due_on,
    -- Civil Code 188, 189, 201 and 202: whole years, first day not counted, ends of months kept.
    cast(
        last_due.last_due_on + (12 * limitation.years) * interval 1 month as date
    ) as limitation_earliest_on,
    case when full_time_students.customer_id is not null then excluded.routes end
        as excluded_routes,
    severe.is_opening,
    severe.rule_id,
    severe.rule_version
from severe
inner join claims
    on severe.loan_id = claims.loan_id
left join last_due
    on severe.loan_id = last_due.loan_id
left join full_time_students
    on severe.customer_id = full_time_students.customer_id
left join limitation
    on limitation.years is not null
left join excluded
    on excluded.routes is not null
