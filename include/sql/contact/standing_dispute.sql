-- standing_dispute: what debtors have said of a wrong amount and nothing has answered yet.
--
-- It stands from the day it was told until another reason, given after that day, is told for as
-- much as it was about. A reason with a day to come, of the same day or of an earlier one answers
-- nothing, nor does another version of the dispute itself: each that was told counts.
--
-- It is of one loan where it names one that is the debtor's and goes on. Where it names a loan of
-- somebody else one of the two names is wrong: it is of both. What the first delivery of all tells
-- is history and counts from the day it was said on; other days may be of another year.
--
-- grain   reason_id, received_on, customer_id, loan_id
-- reads   overdue_reason, current_overdue_reason, current_loan
-- write   view

with

opened as (

    select min(received_on) as received_on
    from overdue_reason

),

disputes as (

    select
        overdue_reason.reason_id,
        overdue_reason.customer_id,
        overdue_reason.loan_id,
        overdue_reason.received_on,
        case
            when overdue_reason.received_on > opened.received_on
                then greatest(overdue_reason.stated_on, overdue_reason.received_on)
            else overdue_reason.stated_on
        end as counts_on,
        current_loan.customer_id as debtor_id,
        coalesce(current_loan.loan_status = 'active', false) as is_active
    from overdue_reason
    cross join opened
    left join current_loan
        on overdue_reason.loan_id = current_loan.loan_id
    where
        overdue_reason.reason = 'amount_disputed'
        and overdue_reason.received_on <= cast($known_on as date)
        and not exists (
            select 1
            from current_overdue_reason as answer
            where
                overdue_reason.customer_id = answer.customer_id
                and (answer.loan_id is null or overdue_reason.loan_id = answer.loan_id)
                and overdue_reason.reason_id <> answer.reason_id
                and answer.reason <> 'amount_disputed'
                and overdue_reason.received_on < answer.stated_on
                and answer.stated_on <= answer.received_on
        )

)

select
    reason_id,
    received_on,
    counts_on,
    customer_id,
    case when is_active and customer_id = debtor_id then loan_id end as loan_id
from disputes

union all

select
    reason_id,
    received_on,
    counts_on,
    debtor_id as customer_id,
    loan_id
from disputes
where customer_id <> debtor_id
