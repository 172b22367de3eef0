-- loan_principal: outstanding principal of every active loan, empty where the source has no split.
--
-- What was disbursed less what was paid back, so that a schedule that comes bit by bit counts too.
--
-- grain   loan_id
-- reads   loan_account, open_instalment, instalment_allocation, waterfall_unpaid
-- write   temporary

with

scheduled as (

    select
        loan_id,
        sum(principal_due) as principal_due
    from open_instalment
    group by loan_id

),

rests as (

    select
        loan_id,
        unpaid_principal
    from instalment_allocation
    where
        turned_on is null
        and not is_doubtful

    union all

    select
        loan_id,
        unpaid_principal
    from waterfall_unpaid

),

unpaid as (

    select
        loan_id,
        sum(unpaid_principal) as unpaid_principal
    from rests
    group by loan_id

)

select
    loan_account.loan_id,
    cast(
        coalesce(
            loan_account.principal_outstanding,
            loan_account.principal - scheduled.principal_due + unpaid.unpaid_principal
        ) as decimal(18, 2)
    ) as principal_outstanding
from loan_account
left join scheduled
    on loan_account.loan_id = scheduled.loan_id
left join unpaid
    on loan_account.loan_id = unpaid.loan_id
