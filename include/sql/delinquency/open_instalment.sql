-- open_instalment: the schedule of the open loans, the latest version of each instalment.
--
-- grain   loan_id, instalment_no
-- reads   instalment, open_loan, rule_due_date_roll
-- write   temporary

with

delivered as (

    select
        instalment.loan_id,
        instalment.instalment_no,
        instalment.due_on,
        instalment.amount_due,
        instalment.principal_due,
        instalment.interest_due,
        instalment.fee_due,
        instalment.received_on
    from instalment
    inner join open_loan
        on instalment.loan_id = open_loan.loan_id
    where instalment.received_on <= cast($known_on as date)

),

-- Few instalments are ever delivered twice: looking for those is cheaper than ranking all.
redelivered as (

    select
        loan_id,
        instalment_no,
        max(received_on) as received_on
    from delivered
    group by loan_id, instalment_no
    having count(*) > 1

),

versions as (

    select
        delivered.loan_id,
        delivered.instalment_no,
        delivered.due_on,
        delivered.amount_due,
        delivered.principal_due,
        delivered.interest_due,
        delivered.fee_due
    from delivered
    left join redelivered
        on
            delivered.loan_id = redelivered.loan_id
            and delivered.instalment_no = redelivered.instalment_no
    where
        redelivered.loan_id is null
        or delivered.received_on = redelivered.received_on

)

select
    versions.loan_id,
    versions.instalment_no,
    versions.due_on,
    coalesce(rolled.effective_due_on, versions.due_on) as effective_due_on,
    versions.amount_due,
    versions.principal_due,
    versions.interest_due,
    versions.fee_due
from versions
inner join open_loan
    on versions.loan_id = open_loan.loan_id
left join rule_due_date_roll as rolled
    on
        open_loan.product = rolled.product
        and versions.due_on = rolled.due_on
        and rolled.business_date = cast($business_date as date)
