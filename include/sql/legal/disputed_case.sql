-- disputed_case: cases whose claim a debtor disputes, under whichever of his customer numbers, and
-- nothing has answered.
--
-- Debtors of a case are that of its loan, on the date and by now, and whoever the case has named
-- before. A dispute counts for the episode of the case in which it was told.
--
-- grain   case_id, customer_id, told_of, reason_id, received_on
-- reads   legal_case, legal_case_event, current_loan_stage, current_loan, person_dispute
-- write   view

with

opened as (

    -- A date that was run again may open a case anew that a later date has opened already.
    select
        case_id,
        loan_id,
        episode_started_on,
        row_number() over (
            partition by case_id
            order by business_date
        ) as opening_rank
    from legal_case
    where business_date <= cast($business_date as date)

),

cases as (

    select
        case_id,
        loan_id,
        episode_started_on
    from opened
    where opening_rank = 1

),

debtors as (

    select
        case_id,
        customer_id
    from legal_case
    where business_date <= cast($business_date as date)

    union

    select
        case_id,
        customer_id
    from legal_case_event
    where
        business_date < cast($business_date as date)
        and customer_id is not null

    union

    select
        cases.case_id,
        current_loan_stage.customer_id
    from cases
    inner join current_loan_stage
        on
            current_loan_stage.business_date = cast($business_date as date)
            and cases.loan_id = current_loan_stage.loan_id

    union

    select
        cases.case_id,
        current_loan.customer_id
    from cases
    inner join current_loan
        on cases.loan_id = current_loan.loan_id

)

select distinct
    debtors.case_id,
    debtors.customer_id,
    person_dispute.told_of,
    person_dispute.reason_id,
    person_dispute.received_on,
    person_dispute.reason
from debtors
inner join cases
    on debtors.case_id = cases.case_id
inner join person_dispute
    on
        debtors.customer_id = person_dispute.customer_id
        and (person_dispute.loan_id is null or cases.loan_id = person_dispute.loan_id)
        and cases.episode_started_on <= person_dispute.counts_on
