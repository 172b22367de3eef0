-- position_total: what the comparison with the core adds up to, one row per figure that is
-- compared.
--
-- The column `any` is about the loans themselves: those that only one side holds as active.
--
-- grain   business_date, column_name
-- reads   loan_account, position_difference
-- write   partition business_date

with

accounts as (

    select count(*) as loans
    from loan_account

),

differences as (

    select
        difference in ('only_here', 'only_there') as is_one_sided,
        difference = 'only_there' as is_only_there,
        our_days_past_due <> core_days_past_due as has_other_days,
        our_overdue_amount <> core_overdue_amount as has_other_overdue,
        our_principal_outstanding <> core_principal_outstanding as has_other_principal,
        greatest(
            coalesce(our_overdue_amount, cast(0 as decimal(18, 2))),
            coalesce(core_overdue_amount, cast(0 as decimal(18, 2)))
        ) as overdue,
        abs(core_overdue_amount - our_overdue_amount) as overdue_apart,
        abs(core_principal_outstanding - our_principal_outstanding) as principal_apart
    from position_difference
    where business_date = cast($business_date as date)

),

counts as (

    select
        count(case when is_one_sided then 1 end) as one_sided,
        count(case when is_only_there then 1 end) as only_there,
        count(case when has_other_days then 1 end) as other_days,
        count(case when has_other_overdue then 1 end) as other_overdue,
        count(case when has_other_principal then 1 end) as other_principal,
        sum(case when is_one_sided then overdue end) as one_sided_overdue,
        sum(case when has_other_days then overdue end) as days_overdue,
        sum(overdue_apart) as overdue_apart,
        sum(principal_apart) as principal_apart
    from differences

),

figures as (

    select
        'any' as column_name,
        accounts.loans + counts.only_there as loans_compared,
        counts.one_sided as loans_differing,
        counts.one_sided_overdue as amount
    from accounts
    cross join counts

    union all

    select
        'days_past_due' as column_name,
        accounts.loans + counts.only_there - counts.one_sided as loans_compared,
        counts.other_days as loans_differing,
        counts.days_overdue as amount
    from accounts
    cross join counts

    union all

    select
        'overdue_amount' as column_name,
        accounts.loans + counts.only_there - counts.one_sided as loans_compared,
        counts.other_overdue as loans_differing,
        counts.overdue_apart as amount
    from accounts
    cross join counts

    union all

    select
        'principal_outstanding' as column_name,
        accounts.loans + counts.only_there - counts.one_sided as loans_compared,
        counts.other_principal as loans_differing,
        counts.principal_apart as amount
    from accounts
    cross join counts

)

select
    cast($business_date as date) as business_date,
    column_name,
    loans_compared,
    loans_differing,
    cast(coalesce(amount, cast(0 as decimal(18, 2))) as decimal(18, 2)) as amount
from figures
