-- loan_sum: what was due and what was paid of every loan, added up once over the whole book.
--
-- The shortfall never misses a past-due loan: replaced versions of an instalment count as due once
-- more, payments towards later instalments do not count as paid. What it lets through in vain, the
-- exact allocation sorts out.
--
-- grain   loan_id
-- reads   instalment, repayment
-- write   temporary

with

movements as (

    select
        loan_id,
        case when due_on < cast($past_due_before as date) then amount_due end as shortfall,
        case when due_on < cast($business_date as date) then amount_due end as amount_due,
        case when due_on < cast($business_date as date) then principal_due end as principal_due,
        cast(null as decimal(18, 2)) as amount_paid,
        case when principal_due is null then 1 end as without_split,
        received_on as scheduled_on
    from instalment
    where received_on <= cast($known_on as date)

    union all

    select
        loan_id,
        case
            when
                instalment_due_on is null
                or instalment_due_on < cast($past_due_before as date)
                then -signed_amount
        end as shortfall,
        cast(null as decimal(18, 2)) as amount_due,
        cast(null as decimal(18, 2)) as principal_due,
        signed_amount as amount_paid,
        cast(null as integer) as without_split,
        cast(null as date) as scheduled_on
    from repayment
    where
        received_on <= cast($known_on as date)
        and effective_on <= cast($business_date as date)

),

sums as (

    select
        loan_id,
        sum(shortfall) as shortfall,
        sum(amount_due) as amount_due,
        sum(principal_due) as principal_due,
        sum(amount_paid) as amount_paid,
        count(without_split) as without_split,
        min(scheduled_on) as first_scheduled_on,
        max(scheduled_on) as last_scheduled_on
    from movements
    group by loan_id

)

select
    loan_id,
    cast(coalesce(shortfall, cast(0 as decimal(18, 2))) as decimal(18, 2)) as shortfall,
    cast(coalesce(principal_due, cast(0 as decimal(18, 2))) as decimal(18, 2)) as principal_due,
    coalesce(amount_due, cast(0 as decimal(18, 2)))
    = coalesce(amount_paid, cast(0 as decimal(18, 2))) as is_paid_exactly,
    without_split = 0 as has_split,
    coalesce(first_scheduled_on = last_scheduled_on, true) as came_at_once
from sums
