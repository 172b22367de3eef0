-- position_difference: loans of which the core says something else than we do for the same date.
--
-- Days are compared in calendar days, whatever was paused. The explanation is what the data
-- themselves can tell; it excuses nothing.
--
-- grain   business_date, loan_id
-- reads   loan_account, loan_principal, current_loan_delinquency, loan_position, current_loan,
--         repayment, instalment, rule_past_due, rule_gate
-- write   partition business_date

with

positions as (

    select
        loan_id,
        days_past_due,
        overdue_amount,
        principal_outstanding
    from loan_position
    where
        received_on = cast($business_date as date)
        and as_of_on = cast($business_date as date)

),

ours as (

    select
        loan_account.loan_id,
        coalesce(late.calendar_days_past_due, 0) as days_past_due,
        coalesce(late.calendar_days_past_due - late.days_past_due, 0) as paused_days,
        coalesce(late.overdue_amount, cast(0 as decimal(18, 2))) as overdue_amount,
        loan_principal.principal_outstanding
    from loan_account
    left join loan_principal
        on loan_account.loan_id = loan_principal.loan_id
    left join current_loan_delinquency as late
        on
            loan_account.loan_id = late.loan_id
            and late.business_date = cast($business_date as date)

),

beside as (

    select
        coalesce(ours.loan_id, positions.loan_id) as loan_id,
        case
            when positions.loan_id is null then 'only_here'
            when ours.loan_id is null then 'only_there'
            when ours.days_past_due <> positions.days_past_due then 'days_past_due'
            when ours.overdue_amount <> positions.overdue_amount then 'overdue_amount'
            when ours.principal_outstanding <> positions.principal_outstanding
                then 'principal_outstanding'
        end as difference,
        ours.days_past_due as our_days,
        positions.days_past_due as core_days,
        ours.overdue_amount as our_overdue,
        positions.overdue_amount as core_overdue,
        ours.principal_outstanding as our_principal,
        positions.principal_outstanding as core_principal,
        ours.paused_days
    from ours
    full join positions
        on ours.loan_id = positions.loan_id

),

different as (

    select
        loan_id,
        difference,
        our_days,
        core_days,
        our_overdue,
        core_overdue,
        our_principal,
        core_principal,
        paused_days,
        core_days - our_days as days_more,
        core_overdue - our_overdue as overdue_more,
        coalesce(core_principal - our_principal, cast(0 as decimal(18, 2))) as principal_more
    from beside
    where difference is not null

),

-- Money and dues that may be on one side of the date here and on the other side there.
paid as (

    select
        loan_id,
        sum(
            case when received_on = cast($business_date as date) then signed_amount end
        ) as paid_today,
        count(
            case when received_on > cast($business_date as date) then 1 end
        ) as payments_learned_later
    from repayment
    where
        received_on >= cast($business_date as date)
        and received_on <= cast($known_on as date)
        and effective_on <= cast($business_date as date)
    group by loan_id

),

due_today as (

    select
        loan_id,
        max(amount_due) as amount_due
    from instalment
    where
        received_on <= cast($known_on as date)
        and due_on = cast($business_date as date)
    group by loan_id

),

explained as (

    select
        different.loan_id,
        current_loan.product,
        current_loan.currency,
        different.difference,
        different.our_days,
        different.core_days,
        different.our_overdue,
        different.core_overdue,
        different.our_principal,
        different.core_principal,
        case
            when different.difference in ('only_here', 'only_there') then 'unexplained'
            when coalesce(paid.payments_learned_later, 0) > 0 then 'learned_later'
            when
                different.days_more >= 0
                and different.overdue_more between cast(0 as decimal(18, 2)) and paid.paid_today
                and different.principal_more between cast(0 as decimal(18, 2)) and paid.paid_today
                then 'payment_of_the_day'
            when
                different.our_days = 0
                and different.overdue_more > cast(0 as decimal(18, 2))
                and different.overdue_more <= rules.tolerance_amount
                then 'within_tolerance'
            when different.days_more = 0 then 'unexplained'
            when different.days_more = -different.paused_days then 'pause'
            when
                different.days_more = rules.grace_days
                or (different.our_days = 0 and different.core_days <= rules.grace_days)
                then 'grace'
            when
                abs(different.days_more) = 1
                and abs(different.overdue_more)
                in (cast(0 as decimal(18, 2)), coalesce(due_today.amount_due, 0))
                then 'counting_day'
            else 'unexplained'
        end as explanation,
        case
            when different.difference in ('only_here', 'only_there') then 'core_coverage'
            else 'core_balance'
        end as check_name,
        case
            when different.difference in ('only_here', 'only_there') then 'any'
            else different.difference
        end as column_name
    from different
    inner join current_loan
        on different.loan_id = current_loan.loan_id
    left join rule_past_due as rules
        on
            current_loan.product = rules.product
            and rules.business_date = cast($business_date as date)
    left join paid
        on different.loan_id = paid.loan_id
    left join due_today
        on different.loan_id = due_today.loan_id

)

select
    cast($business_date as date) as business_date,
    explained.loan_id,
    explained.product,
    explained.currency,
    explained.difference,
    explained.our_days as our_days_past_due,
    explained.core_days as core_days_past_due,
    explained.our_overdue as our_overdue_amount,
    explained.core_overdue as core_overdue_amount,
    explained.our_principal as our_principal_outstanding,
    explained.core_principal as core_principal_outstanding,
    explained.explanation,
    asked.rule_id,
    asked.rule_version
from explained
left join rule_gate as asked
    on
        explained.check_name = asked.check_name
        and explained.column_name = asked.column_name
        and asked.business_date = cast($business_date as date)
