-- restated_loan: loans about whose past the delivery of today says something, and from when on.
--
-- May name a loan too many, never one too few: what turns out the same is left as it is. Rows once
-- written stay, so that a delivery sent anew also restates what its first version had said.
--
-- grain   received_on, loan_id, cause, from_date
-- reads   repayment, instalment, delivered_term, loan, pause, restated_loan
-- write   append

with

payments as (

    select
        loan_id,
        min(effective_on) as from_date
    from repayment
    where
        received_on = cast($business_date as date)
        and effective_on < cast($business_date as date)
    group by loan_id

),

old_terms as (

    select
        instalment.loan_id,
        instalment.instalment_no,
        min(instalment.due_on) as due_on
    from instalment
    inner join delivered_term
        on
            instalment.loan_id = delivered_term.loan_id
            and instalment.instalment_no = delivered_term.instalment_no
    where instalment.received_on < cast($business_date as date)
    group by instalment.loan_id, instalment.instalment_no

),

-- Another amount of an instalment that was paid by name leaves more or less for the others.
named_payments as (

    select
        repayment.loan_id,
        repayment.instalment_no,
        min(repayment.effective_on) as effective_on
    from repayment
    inner join old_terms
        on
            repayment.loan_id = old_terms.loan_id
            and repayment.instalment_no = old_terms.instalment_no
    group by repayment.loan_id, repayment.instalment_no

),

schedules as (

    select
        delivered_term.loan_id,
        min(least(
            delivered_term.due_on,
            coalesce(old_terms.due_on, delivered_term.due_on),
            coalesce(named_payments.effective_on, delivered_term.due_on)
        )) as from_date
    from delivered_term
    left join old_terms
        on
            delivered_term.loan_id = old_terms.loan_id
            and delivered_term.instalment_no = old_terms.instalment_no
    left join named_payments
        on
            delivered_term.loan_id = named_payments.loan_id
            and delivered_term.instalment_no = named_payments.instalment_no
    group by delivered_term.loan_id

),

loan_versions as (

    select
        loan.loan_id,
        loan.received_on,
        loan.status_on,
        loan.loan_status,
        concat_ws('|', loan.customer_id, loan.product, loan.currency) as terms,
        row_number() over (
            partition by loan.loan_id
            order by loan.received_on desc
        ) as version_rank
    from loan
    inner join loan as delivered
        on
            loan.loan_id = delivered.loan_id
            and delivered.received_on = cast($business_date as date)
    where loan.received_on <= cast($business_date as date)

),

loans as (

    -- A change that names no date may always have been so.
    select
        changed.loan_id,
        case
            when changed.terms <> earlier.terms then earlier.received_on
            else coalesce(
                least(changed.status_on, earlier.status_on),
                changed.status_on,
                earlier.status_on,
                earlier.received_on
            )
        end as from_date
    from loan_versions as changed
    inner join loan_versions as earlier
        on
            changed.loan_id = earlier.loan_id
            and earlier.version_rank = 2
    where
        changed.version_rank = 1
        and (
            changed.terms <> earlier.terms
            or changed.loan_status <> earlier.loan_status
            or coalesce(changed.status_on, earlier.received_on)
            <> coalesce(earlier.status_on, earlier.received_on)
        )

),

pause_versions as (

    -- An end that is not known yet lies after every date.
    select
        pause.pause_id,
        pause.loan_id,
        pause.starts_on,
        coalesce(pause.ends_on, date '9999-12-31') as ends_on,
        row_number() over (
            partition by pause.pause_id
            order by pause.received_on desc
        ) as version_rank
    from pause
    inner join pause as delivered
        on
            pause.pause_id = delivered.pause_id
            and delivered.received_on = cast($business_date as date)
    where pause.received_on <= cast($business_date as date)

),

pauses as (

    -- The first day on which the two versions differ; each of two loans from its own first day.
    select
        changed.loan_id,
        case
            when
                earlier.pause_id is null
                or changed.loan_id <> earlier.loan_id
                then changed.starts_on
            when changed.starts_on <> earlier.starts_on
                then least(changed.starts_on, earlier.starts_on)
            when changed.ends_on <> earlier.ends_on then least(changed.ends_on, earlier.ends_on)
        end as from_date
    from pause_versions as changed
    left join pause_versions as earlier
        on
            changed.pause_id = earlier.pause_id
            and earlier.version_rank = 2
    where changed.version_rank = 1

    union all

    select
        earlier.loan_id,
        earlier.starts_on as from_date
    from pause_versions as changed
    inner join pause_versions as earlier
        on
            changed.pause_id = earlier.pause_id
            and changed.version_rank = 1
            and earlier.version_rank = 2
    where changed.loan_id <> earlier.loan_id

),

found as (

    select
        loan_id,
        'repayment' as cause,
        from_date
    from payments

    union all

    select
        loan_id,
        'instalment' as cause,
        from_date
    from schedules

    union all

    select
        loan_id,
        'loan' as cause,
        from_date
    from loans

    union all

    select
        loan_id,
        'pause' as cause,
        min(from_date) as from_date
    from pauses
    group by loan_id

)

select
    cast($business_date as date) as received_on,
    found.loan_id,
    found.cause,
    found.from_date
from found
left join restated_loan
    on
        restated_loan.received_on = cast($business_date as date)
        and found.loan_id = restated_loan.loan_id
        and found.cause = restated_loan.cause
        and found.from_date = restated_loan.from_date
where
    found.from_date < cast($business_date as date)
    and restated_loan.loan_id is null
