-- lineage_later_fact: delivered rows that told, after the task was made, what is known now instead.
--
-- Of what was received since and spoke of the date: payments valid by then, and terms, statuses and
-- pauses that are not what was delivered before.
--
-- grain   loan_id, feed, received_on, line_no
-- reads   lineage_corrected_loan, restated_loan, repayment, instalment, loan, pause
-- write   view

with

corrected as (

    select
        facts_of,
        loan_id,
        known_on,
        corrected_on
    from lineage_corrected_loan

),

news as (

    select distinct
        corrected.loan_id,
        corrected.facts_of,
        restated_loan.received_on,
        restated_loan.cause
    from corrected
    inner join restated_loan
        on
            corrected.loan_id = restated_loan.loan_id
            and corrected.known_on < restated_loan.received_on
            and corrected.corrected_on >= restated_loan.received_on
            and corrected.facts_of >= restated_loan.from_date

),

payments as (

    select
        repayment.loan_id,
        repayment.repayment_id,
        repayment.effective_on,
        repayment.signed_amount,
        repayment.booking_part,
        repayment.reverses_id,
        repayment.received_on,
        repayment.line_no
    from repayment
    inner join news
        on
            repayment.loan_id = news.loan_id
            and repayment.received_on = news.received_on
            and repayment.effective_on <= news.facts_of
    where news.cause = 'repayment'

),

terms as (

    select
        instalment.loan_id,
        instalment.instalment_no,
        instalment.due_on,
        instalment.amount_due,
        instalment.received_on,
        instalment.line_no,
        lag(instalment.due_on) over (
            partition by instalment.loan_id, instalment.instalment_no
            order by instalment.received_on
        ) as earlier_due_on,
        lag(instalment.amount_due) over (
            partition by instalment.loan_id, instalment.instalment_no
            order by instalment.received_on
        ) as earlier_amount_due
    from instalment
    inner join corrected
        on instalment.loan_id = corrected.loan_id

),

notes as (

    select
        loan.loan_id,
        loan.loan_status,
        loan.status_on,
        loan.received_on,
        loan.line_no
    from loan
    inner join news
        on
            loan.loan_id = news.loan_id
            and loan.received_on = news.received_on
    where news.cause = 'loan'

),

pauses as (

    select
        pause.loan_id,
        pause.pause_id,
        pause.pause_reason,
        pause.starts_on,
        pause.ends_on,
        pause.received_on,
        pause.line_no
    from pause
    inner join news
        on
            pause.loan_id = news.loan_id
            and pause.received_on = news.received_on
    where news.cause = 'pause'

)

select
    loan_id,
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
    terms.loan_id,
    'instalment' as feed,
    terms.loan_id || ' ' || cast(terms.instalment_no as varchar) as subject,
    terms.due_on as happened_on,
    concat_ws(
        ' ‖ ',
        'instalment_falls_due',
        'amount=' || cast(terms.amount_due as varchar),
        'earlier_amount=' || cast(terms.earlier_amount_due as varchar),
        'earlier_due_on=' || cast(terms.earlier_due_on as varchar)
    ) as what,
    terms.received_on,
    terms.line_no
from terms
inner join news
    on
        terms.loan_id = news.loan_id
        and terms.received_on = news.received_on
        and news.cause = 'instalment'
where
    least(terms.due_on, coalesce(terms.earlier_due_on, terms.due_on)) <= news.facts_of
    and (
        terms.earlier_due_on is null
        or terms.due_on <> terms.earlier_due_on
        or terms.amount_due <> terms.earlier_amount_due
    )

union all

select
    loan_id,
    'loan' as feed,
    loan_id as subject,
    coalesce(status_on, received_on) as happened_on,
    concat_ws(' ‖ ', 'loan_status_told', 'status=' || loan_status) as what,
    received_on,
    line_no
from notes

union all

select
    loan_id,
    'pause' as feed,
    pause_id as subject,
    starts_on as happened_on,
    concat_ws(
        ' ‖ ', 'loan_paused', 'reason=' || pause_reason, 'ended_on=' || cast(ends_on as varchar)
    ) as what,
    received_on,
    line_no
from pauses
