-- loan_delinquency: every loan that is past due at the close of the business date, paused or not.
--
-- An instalment is past due once its due date has passed and more than the tolerance is unpaid.
-- Days are counted from the oldest of them; a part payment changes the amount, not the days. The
-- amount is all that is unpaid of what has fallen due: a tolerated residue is still owed.
--
-- Paused days do not run: of the days from the oldest unpaid due date on, those within a pause are
-- taken off. What came before that date belongs to an episode that is over and takes off nothing.
-- A loan whose every day is paused keeps its row with 0 days past due.
--
-- grain   business_date, loan_id
-- reads   instalment_allocation, waterfall_unpaid, open_loan, pause_span
-- write   versions business_date

with

unpaid as (

    select
        loan_id,
        effective_due_on,
        unpaid_amount,
        unpaid_principal,
        unpaid_interest,
        unpaid_fee
    from instalment_allocation
    where
        turned_on is null
        and not is_doubtful

    union all

    select
        loan_id,
        effective_due_on,
        unpaid_amount,
        unpaid_principal,
        unpaid_interest,
        unpaid_fee
    from waterfall_unpaid

),

past_due as (

    select
        unpaid.loan_id,
        min(
            case
                when unpaid.unpaid_amount > open_loan.tolerance_amount then unpaid.effective_due_on
            end
        ) as oldest_unpaid_due_on,
        sum(unpaid.unpaid_amount) as overdue_amount,
        sum(unpaid.unpaid_principal) as overdue_principal,
        sum(unpaid.unpaid_interest) as overdue_interest,
        sum(unpaid.unpaid_fee) as overdue_fee,
        count(
            case when unpaid.unpaid_amount > open_loan.tolerance_amount then 1 end
        ) as overdue_instalments
    from unpaid
    inner join open_loan
        on unpaid.loan_id = open_loan.loan_id
    where
        unpaid.effective_due_on
        < cast($business_date as date) + open_loan.due_date_counts_as
    group by unpaid.loan_id

),

paused as (

    select
        past_due.loan_id,
        sum(greatest(
            cast(date_diff(
                'day',
                greatest(pause_span.starts_on, past_due.oldest_unpaid_due_on),
                least(
                    pause_span.ends_on,
                    cast($business_date as date) + open_loan.due_date_counts_as
                )
            ) as integer),
            0
        )) as paused_days,
        bool_or(pause_span.ends_on > cast($business_date as date)) as is_paused
    from past_due
    inner join open_loan
        on past_due.loan_id = open_loan.loan_id
    inner join pause_span
        on past_due.loan_id = pause_span.loan_id
    where past_due.oldest_unpaid_due_on is not null
    group by past_due.loan_id

),

counted as (

    select
        open_loan.loan_id,
        open_loan.customer_id,
        open_loan.product,
        open_loan.currency,
        open_loan.grace_days,
        open_loan.grace_mode,
        open_loan.rule_id,
        open_loan.rule_version,
        past_due.oldest_unpaid_due_on,
        past_due.overdue_amount,
        past_due.overdue_principal,
        past_due.overdue_interest,
        past_due.overdue_fee,
        past_due.overdue_instalments,
        coalesce(cast(paused.paused_days as integer), 0) as paused_days,
        coalesce(paused.is_paused, false) as is_paused,
        cast(
            date_diff('day', past_due.oldest_unpaid_due_on, cast($business_date as date)) as integer
        ) + open_loan.due_date_counts_as as days_since_due
    from past_due
    inner join open_loan
        on past_due.loan_id = open_loan.loan_id
    left join paused
        on past_due.loan_id = paused.loan_id
    where past_due.oldest_unpaid_due_on is not null

),

graced as (

    -- Forgiven days never counted once they are over; subtracted days are taken off for good.
    select
        loan_id,
        customer_id,
        product,
        currency,
        rule_id,
        rule_version,
        oldest_unpaid_due_on,
        overdue_amount,
        overdue_principal,
        overdue_interest,
        overdue_fee,
        overdue_instalments,
        paused_days,
        is_paused,
        case
            when grace_mode = 'subtract'
                then greatest(days_since_due - paused_days - grace_days, 0)
            when days_since_due - paused_days <= grace_days then 0
            else days_since_due - paused_days
        end as days_past_due,
        case
            when grace_mode = 'subtract' then greatest(days_since_due - grace_days, 0)
            when days_since_due <= grace_days then 0
            else days_since_due
        end as calendar_days_past_due
    from counted

)

select
    cast($business_date as date) as business_date,
    loan_id,
    customer_id,
    product,
    currency,
    days_past_due,
    calendar_days_past_due,
    paused_days,
    is_paused,
    oldest_unpaid_due_on,
    overdue_amount,
    overdue_principal,
    overdue_interest,
    overdue_fee,
    overdue_instalments,
    rule_id,
    rule_version
from graced
where calendar_days_past_due > 0
