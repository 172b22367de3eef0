-- lineage_loan_fact: delivered rows of the loans that the task asked about is about.
--
-- Every version of the loan known when the task was made, every payment that counted, and the
-- instalments due from the oldest unpaid one on, as last delivered by then; so are the pauses
-- since.
--
-- grain   feed, received_on, line_no
-- reads   lineage_loan, loan, instalment, repayment, pause, lineage_past_due,
--         rule_due_date_roll, rule_past_due
-- write   view

with

loans as (

    select
        facts_of,
        loan_id,
        product,
        known_on
    from lineage_loan

),

arrears as (

    select
        business_date,
        loan_id,
        oldest_unpaid_due_on
    from lineage_past_due

),

notes as (

    select
        loan.loan_id,
        loan.loan_status,
        loan.status_on,
        loan.received_on,
        loan.line_no,
        row_number() over (
            partition by loan.loan_id
            order by loan.received_on desc
        ) as version_rank
    from loan
    inner join loans
        on
            loan.loan_id = loans.loan_id
            and loan.received_on <= loans.known_on

),

schedules as (

    select
        instalment.loan_id,
        instalment.instalment_no,
        instalment.due_on,
        instalment.amount_due,
        instalment.received_on,
        instalment.line_no,
        loans.facts_of,
        loans.product,
        row_number() over (
            partition by instalment.loan_id, instalment.instalment_no
            order by instalment.received_on desc
        ) as version_rank
    from instalment
    inner join loans
        on
            instalment.loan_id = loans.loan_id
            and instalment.received_on <= loans.known_on

),

unpaid_since as (

    select
        schedules.loan_id,
        schedules.instalment_no,
        schedules.due_on,
        schedules.amount_due,
        schedules.received_on,
        schedules.line_no,
        arrears.oldest_unpaid_due_on,
        schedules.facts_of + coalesce(rule_past_due.due_date_counts_as, 0) as due_before,
        coalesce(rule_due_date_roll.effective_due_on, schedules.due_on) as effective_due_on
    from schedules
    inner join arrears
        on
            schedules.facts_of = arrears.business_date
            and schedules.loan_id = arrears.loan_id
    left join rule_past_due
        on
            schedules.facts_of = rule_past_due.business_date
            and schedules.product = rule_past_due.product
    left join rule_due_date_roll
        on
            schedules.facts_of = rule_due_date_roll.business_date
            and schedules.product = rule_due_date_roll.product
            and schedules.due_on = rule_due_date_roll.due_on
    where schedules.version_rank = 1

),

payments as (

    select
        repayment.repayment_id,
        repayment.loan_id,
        repayment.effective_on,
        repayment.signed_amount,
        repayment.booking_part,
        repayment.reverses_id,
        repayment.received_on,
        repayment.line_no
    from repayment
    inner join loans
        on
            repayment.loan_id = loans.loan_id
            and repayment.received_on <= loans.known_on
            and repayment.effective_on <= loans.facts_of

),

pauses as (

    select
        pause.pause_id,
        pause.pause_reason,
        pause.starts_on,
        pause.ends_on,
        pause.received_on,
        pause.line_no,
        arrears.oldest_unpaid_due_on,
        loans.facts_of,
        row_number() over (
            partition by pause.pause_id
            order by pause.received_on desc
        ) as version_rank
    from pause
    inner join loans
        on
            pause.loan_id = loans.loan_id
            and pause.received_on <= loans.known_on
    inner join arrears
        on
            loans.facts_of = arrears.business_date
            and loans.loan_id = arrears.loan_id

)

select
    5 as section,
    'loan' as feed,
    loan_id as subject,
    coalesce(status_on, received_on) as happened_on,
    concat_ws(
        ' ‖ ',
        case when version_rank = 1 then 'loan_status_told' else 'loan_status_told_before' end,
        'status=' || loan_status
    ) as what,
    received_on,
    line_no
from notes

union all

select
    5 as section,
    'instalment' as feed,
    loan_id || ' ' || cast(instalment_no as varchar) as subject,
    due_on as happened_on,
    concat_ws(' ‖ ', 'instalment_fell_due', 'amount=' || cast(amount_due as varchar)) as what,
    received_on,
    line_no
from unpaid_since
where
    effective_due_on >= oldest_unpaid_due_on
    and effective_due_on < due_before

union all

select
    5 as section,
    'repayment' as feed,
    repayment_id as subject,
    effective_on as happened_on,
    concat_ws(
        ' ‖ ',
        case
            when booking_part = 2 then 'repayment_taken_back'
            when reverses_id is not null then 'repayment_reversed'
            else 'repayment_paid'
        end,
        'amount=' || cast(signed_amount as varchar)
    ) as what,
    received_on,
    line_no
from payments

union all

select
    5 as section,
    'pause' as feed,
    pause_id as subject,
    starts_on as happened_on,
    concat_ws(
        ' ‖ ', 'loan_paused', 'reason=' || pause_reason, 'ended_on=' || cast(ends_on as varchar)
    ) as what,
    received_on,
    line_no
from pauses
where
    version_rank = 1
    and starts_on <= facts_of
    and (ends_on is null or ends_on > oldest_unpaid_due_on)
