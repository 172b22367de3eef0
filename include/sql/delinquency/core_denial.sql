-- core_denial: loans that we count as past due and of which the core says that nothing is owed: no
-- day past due, or no amount.
--
-- As far as nothing in the data explains it. What the core said last counts: on the last date of
-- which it told its positions, and before that of a loan which is not among them. A date without
-- positions, or a file without the loan, takes nothing back. What it says of a later date counts as
-- well, unless the money that came since explains it. `since` is the first day on which it said so
-- of the same amounts, which is what a release is about.
--
-- grain   loan_id
-- reads   position_difference, position_total, loan_position, current_loan_delinquency,
--         current_loan, paid_since
-- write   view

with

told as (

    select max(business_date) as told_on
    from position_total
    where business_date <= cast($business_date as date)

),

due as (

    select
        current_loan_delinquency.loan_id,
        current_loan_delinquency.overdue_amount,
        current_loan.customer_id
    from current_loan_delinquency
    inner join current_loan
        on current_loan_delinquency.loan_id = current_loan.loan_id
    where
        current_loan_delinquency.business_date = cast($business_date as date)
        and current_loan_delinquency.days_past_due > 0
        and current_loan.loan_status = 'active'

),

differences as (

    select
        position_difference.loan_id,
        position_difference.business_date,
        position_difference.core_overdue_amount,
        position_difference.our_overdue_amount,
        position_difference.difference = 'only_here' as is_only_here,
        position_difference.explanation = 'unexplained'
        and position_difference.our_overdue_amount > 0
        and (
            position_difference.core_days_past_due = 0
            or position_difference.core_overdue_amount = 0
        ) as is_denied
    from position_difference
    inner join due
        on position_difference.loan_id = due.loan_id
    where
        position_difference.business_date <= cast($business_date as date)
        and position_difference.difference <> 'only_there'

),

last_told as (

    select
        loan_id,
        business_date,
        core_overdue_amount,
        our_overdue_amount,
        is_denied,
        row_number() over (
            partition by loan_id
            order by business_date desc
        ) as told_rank
    from differences
    where not is_only_here

),

left_out as (

    select distinct differences.loan_id
    from differences
    inner join told
        on differences.business_date = told.told_on
    where differences.is_only_here

),

later as (

    select
        loan_position.loan_id,
        loan_position.received_on,
        loan_position.overdue_amount,
        loan_position.days_past_due = 0 or loan_position.overdue_amount = 0 as is_denied,
        row_number() over (
            partition by loan_position.loan_id
            order by loan_position.received_on desc, loan_position.as_of_on desc
        ) as told_rank
    from loan_position
    inner join due
        on loan_position.loan_id = due.loan_id
    where
        loan_position.received_on > cast($business_date as date)
        and loan_position.received_on <= cast($known_on as date)
        and loan_position.as_of_on >= cast($business_date as date)

),

denied as (

    select
        last_told.loan_id,
        last_told.core_overdue_amount,
        last_told.our_overdue_amount,
        min(differences.business_date) as since
    from last_told
    cross join told
    inner join differences
        on
            last_told.loan_id = differences.loan_id
            and last_told.core_overdue_amount = differences.core_overdue_amount
            and last_told.our_overdue_amount = differences.our_overdue_amount
            and differences.is_denied
    left join left_out
        on last_told.loan_id = left_out.loan_id
    left join later
        on
            last_told.loan_id = later.loan_id
            and later.told_rank = 1
    where
        last_told.told_rank = 1
        and last_told.is_denied
        and (last_told.business_date = told.told_on or left_out.loan_id is not null)
        and later.loan_id is null
    group by
        last_told.loan_id, last_told.core_overdue_amount, last_told.our_overdue_amount

    union all

    select
        later.loan_id,
        later.overdue_amount as core_overdue_amount,
        due.overdue_amount as our_overdue_amount,
        later.received_on as since
    from later
    inner join due
        on later.loan_id = due.loan_id
    left join paid_since
        on later.loan_id = paid_since.loan_id
    where
        later.told_rank = 1
        and later.is_denied
        and coalesce(paid_since.paid_amount, 0) < due.overdue_amount

)

select
    denied.loan_id,
    due.customer_id,
    denied.core_overdue_amount,
    denied.our_overdue_amount,
    denied.since
from denied
inner join due
    on denied.loan_id = due.loan_id
