-- loan_delinquency: every loan that is past due at the close of the business date.
--
-- An instalment is past due once its due date has passed and more than the tolerance is unpaid.
-- Days are counted from the oldest of them; a part payment changes the amount, not the days. The
-- amount is all that is unpaid of what has fallen due: a tolerated residue is still owed.
--
-- grain   business_date, loan_id
-- reads   instalment_unpaid, waterfall_unpaid, open_loan
-- write   partition business_date

with

unpaid as (

    select
        loan_id,
        effective_due_on,
        unpaid_amount,
        unpaid_principal,
        unpaid_interest,
        unpaid_fee
    from instalment_unpaid
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
        cast(
            date_diff('day', past_due.oldest_unpaid_due_on, cast($business_date as date)) as integer
        ) + open_loan.due_date_counts_as as days_since_due
    from past_due
    inner join open_loan
        on past_due.loan_id = open_loan.loan_id
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
        case
            when grace_mode = 'subtract' then days_since_due - grace_days
            when days_since_due <= grace_days then 0
            else days_since_due
        end as days_past_due
    from counted

)

select
    cast($business_date as date) as business_date,
    loan_id,
    customer_id,
    product,
    currency,
    days_past_due,
    oldest_unpaid_due_on,
    overdue_amount,
    overdue_principal,
    overdue_interest,
    overdue_fee,
    overdue_instalments,
    rule_id,
    rule_version,
    cast($known_on as date) as known_on
from graced
where days_past_due > 0
