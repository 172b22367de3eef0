-- legal_loan: past-due loans that are at or past the severe stage or have had a case, as a claim.
--
-- The claim is what is overdue, less the money that has come with a day yet to come: nobody is sued
-- for what has come. What part of the claim such money pays is not known before its day, so it has
-- no split then. Where it pays all, the check that asks for it stops the case and the claim stays.
-- It is the whole where nothing is left to fall due. Beside plans and promises stands what is
-- announced: a hold or a pause that begins after the moment of contact.
--
-- grain   loan_id
-- reads   current_loan_stage, current_loan_delinquency, legal_case, rule_band, rule_parameter,
--         rule_legal_claim, instalment, full_time_student, known_plan, announced_stop, paid_since,
--         one_person
-- write   temporary

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

with_case as (

    select distinct loan_id
    from legal_case
    where business_date <= cast($business_date as date)

),

loans as (

    select
        current_loan_stage.loan_id,
        current_loan_stage.customer_id,
        current_loan_stage.product,
        current_loan_stage.currency,
        current_loan_stage.stage,
        current_loan_stage.episode_started_on,
        current_loan_stage.stage_entered_on,
        current_loan_stage.days_past_due,
        current_loan_stage.is_opening,
        current_loan_stage.is_paused,
        coalesce(current_loan_stage.stage_rank >= opens_at.band_rank, false) as is_severe,
        opens_at.rule_id,
        opens_at.rule_version
    from current_loan_stage
    left join opens_at
        on current_loan_stage.product = opens_at.product
    left join with_case
        on current_loan_stage.loan_id = with_case.loan_id
    where
        current_loan_stage.business_date = cast($business_date as date)
        and current_loan_stage.stage_rank > 0
        and (
            current_loan_stage.stage_rank >= opens_at.band_rank
            or with_case.loan_id is not null
        )

),

claims as (

    select
        current_loan_delinquency.loan_id,
        cast(
            current_loan_delinquency.overdue_amount - coalesce(paid_since.paid_amount, 0)
            as decimal(18, 2)
        ) as claim_amount,
        case when paid_since.loan_id is null then current_loan_delinquency.overdue_principal end
            as claim_principal,
        case when paid_since.loan_id is null then current_loan_delinquency.overdue_interest end
            as claim_interest,
        case when paid_since.loan_id is null then current_loan_delinquency.overdue_fee end
            as claim_fee
    from current_loan_delinquency
    left join paid_since
        on
            current_loan_delinquency.loan_id = paid_since.loan_id
            and paid_since.paid_amount > 0
            and current_loan_delinquency.overdue_amount > paid_since.paid_amount
    where current_loan_delinquency.business_date = cast($business_date as date)

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
    inner join loans
        on instalment.loan_id = loans.loan_id
    where instalment.received_on <= cast($known_on as date)

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

excluded as (

    select value_text as routes
    from rule_parameter
    where
        business_date = cast($business_date as date)
        and pack = 'cn_legal_routes'
        and parameter = 'excluded_for_full_time_students'

),

persons as (

    select
        customer_id,
        customer_id as other_customer_id
    from loans

    union

    select
        customer_id,
        other_customer_id
    from one_person

),

claimed as (

    select
        loans.customer_id,
        loans.currency,
        sum(claims.claim_amount) as claim_amount
    from loans
    inner join claims
        on loans.loan_id = claims.loan_id
    group by loans.customer_id, loans.currency

),

of_persons as (

    -- Two claims on one person are as much as one, under whichever customer numbers: what one alone
    -- may approve is not got by dividing.
    select
        persons.customer_id,
        claimed.currency,
        sum(claimed.claim_amount) as claim_amount
    from persons
    inner join claimed
        on persons.other_customer_id = claimed.customer_id
    group by persons.customer_id, claimed.currency

),

amounts as (

    select
        currency,
        minimum_claim,
        two_approvers_above
    from rule_legal_claim
    where business_date = cast($business_date as date)

)

select
    loans.loan_id,
    loans.customer_id,
    loans.product,
    loans.currency,
    loans.stage,
    loans.episode_started_on,
    loans.stage_entered_on,
    loans.days_past_due,
    loans.is_opening,
    loans.is_paused,
    loans.is_severe,
    claims.claim_amount,
    claims.claim_principal,
    claims.claim_interest,
    claims.claim_fee,
    case when last_due.last_due_on <= cast($business_date as date) then 'whole' else 'part' end
        as claim_scope,
    last_due.last_due_on,
    -- Civil Code 188, 189, 201 and 202: whole years, first day not counted, ends of months kept.
    cast(
        last_due.last_due_on + (12 * limitation.years) * interval 1 month as date
    ) as limitation_earliest_on,
    full_time_student.customer_id is not null as is_full_time_student,
    case when full_time_student.customer_id is not null then excluded.routes end
        as excluded_routes,
    nullif(concat_ws('; ', known_plan.plan, of_person.told, of_loan.told), '') as plan,
    -- A currency that the rule does not name opens no case by itself.
    coalesce(claims.claim_amount >= amounts.minimum_claim, false) as is_enough,
    amounts.minimum_claim is not null as has_minimum,
    coalesce(of_persons.claim_amount > amounts.two_approvers_above, true) as needs_two,
    loans.rule_id,
    loans.rule_version
from loans
inner join claims
    on loans.loan_id = claims.loan_id
left join last_due
    on loans.loan_id = last_due.loan_id
left join full_time_student
    on loans.customer_id = full_time_student.customer_id
left join known_plan
    on loans.loan_id = known_plan.loan_id
left join announced_stop as of_person
    on loans.customer_id = of_person.customer_id
left join announced_stop as of_loan
    on loans.loan_id = of_loan.loan_id
left join amounts
    on loans.currency = amounts.currency
left join of_persons
    on
        loans.customer_id = of_persons.customer_id
        and loans.currency = of_persons.currency
left join limitation
    on limitation.years is not null
left join excluded
    on excluded.routes is not null
