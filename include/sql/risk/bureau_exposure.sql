-- bureau_exposure: what an active borrower owes to other lenders, as far as the lender may look.
--
-- A row says that the bureau may be asked about the customer (separate consent) and has delivered
-- lately; zeros then mean that it reports nothing. Without either there is no row.
--
-- Co-funded loans of one contract are one debt: their parts add up, and the lenders behind it
-- count as one group, as the customer asked for money once. A group never makes the count larger
-- than the number of lenders behind it. A lender is new by its first account, closed ones included.
--
-- grain   customer_id
-- reads   active_borrower, separate_consent, current_bureau_loan, usable_bureau_delivery,
--         rule_parameter
-- write   temporary

with

usable as (

    select
        active_borrower.customer_id,
        usable_bureau_delivery.delivered_on
    from active_borrower
    inner join separate_consent
        on
            active_borrower.customer_id = separate_consent.customer_id
            and separate_consent.purpose = 'bureau_query'
    cross join usable_bureau_delivery

),

windows as (

    select
        cast($business_date as date) - cast(round(short.value_number, 0) as integer) as short_after,
        cast($business_date as date) - cast(round(long.value_number, 0) as integer) as long_after
    from rule_parameter as short
    inner join rule_parameter as long
        on
            short.business_date = long.business_date
            and short.pack = long.pack
    where
        short.business_date = cast($business_date as date)
        and short.pack = 'multi_lender'
        and short.parameter = 'new_lender_days_short'
        and long.parameter = 'new_lender_days_long'

),

accounts as (

    select
        current_bureau_loan.customer_id,
        current_bureau_loan.lender_id,
        case
            when current_bureau_loan.contract_ref is null
                then 'account ' || current_bureau_loan.account_ref
            else 'contract ' || current_bureau_loan.contract_ref
        end as debt_id,
        current_bureau_loan.opened_on,
        current_bureau_loan.balance > 0
        and (
            current_bureau_loan.closed_on is null
            or current_bureau_loan.closed_on > cast($business_date as date)
        ) as is_open,
        current_bureau_loan.balance,
        current_bureau_loan.monthly_payment,
        current_bureau_loan.overdue_amount
    from current_bureau_loan
    inner join usable
        on current_bureau_loan.customer_id = usable.customer_id
    where current_bureau_loan.opened_on <= cast($business_date as date)

),

debts as (

    select
        customer_id,
        debt_id,
        min(lender_id) as first_lender,
        max(lender_id) as last_lender,
        min(opened_on) as opened_on,
        max(case when is_open then 1 else 0 end) as has_open_part,
        sum(case when is_open then balance end) as open_balance,
        sum(case when is_open then monthly_payment end) as monthly_payment,
        sum(case when is_open then overdue_amount end) as overdue_amount
    from accounts
    group by customer_id, debt_id

),

-- Few contracts have several lenders behind them: only theirs are put in order.
co_funded as (

    select
        accounts.customer_id,
        accounts.debt_id,
        string_agg(distinct accounts.lender_id, '+' order by accounts.lender_id) as lender_group
    from accounts
    inner join debts
        on
            accounts.customer_id = debts.customer_id
            and accounts.debt_id = debts.debt_id
    where debts.first_lender <> debts.last_lender
    group by accounts.customer_id, accounts.debt_id

),

customer_debts as (

    select
        customer_id,
        sum(has_open_part) as open_debts,
        sum(open_balance) as open_balance,
        sum(monthly_payment) as monthly_payment,
        sum(overdue_amount) as overdue_amount
    from debts
    group by customer_id

),

-- Every party twice: as the group behind a contract, and as a lender of its own.
parties as (

    select
        debts.customer_id,
        'group' as counted_as,
        coalesce(co_funded.lender_group, debts.first_lender) as party,
        min(debts.opened_on) as first_opened_on,
        max(debts.has_open_part) as has_open_part
    from debts
    left join co_funded
        on
            debts.customer_id = co_funded.customer_id
            and debts.debt_id = co_funded.debt_id
    group by debts.customer_id, coalesce(co_funded.lender_group, debts.first_lender)

    union all

    select
        customer_id,
        'lender' as counted_as,
        lender_id as party,
        min(opened_on) as first_opened_on,
        max(case when is_open then 1 else 0 end) as has_open_part
    from accounts
    group by customer_id, lender_id

),

counts as (

    select
        parties.customer_id,
        parties.counted_as,
        sum(parties.has_open_part) as open_parties,
        sum(case when parties.first_opened_on > windows.short_after then 1 else 0 end)
            as new_parties_short,
        sum(case when parties.first_opened_on > windows.long_after then 1 else 0 end)
            as new_parties_long
    from parties
    cross join windows
    group by parties.customer_id, parties.counted_as

),

customer_lenders as (

    select
        customer_id,
        min(open_parties) as open_lenders,
        min(new_parties_short) as new_lenders_short,
        min(new_parties_long) as new_lenders_long
    from counts
    group by customer_id

)

select
    usable.customer_id,
    usable.delivered_on as bureau_delivered_on,
    cast(coalesce(customer_lenders.open_lenders, 0) as integer) as open_lenders,
    cast(coalesce(customer_debts.open_debts, 0) as integer) as open_debts,
    cast(coalesce(customer_lenders.new_lenders_short, 0) as integer) as new_lenders_short,
    cast(coalesce(customer_lenders.new_lenders_long, 0) as integer) as new_lenders_long,
    cast(coalesce(customer_debts.open_balance, 0) as decimal(18, 2)) as open_balance,
    cast(coalesce(customer_debts.overdue_amount, 0) as decimal(18, 2)) as overdue_with_others,
    cast(coalesce(customer_debts.monthly_payment, 0) as decimal(18, 2)) as monthly_payment
from usable
left join customer_debts
    on usable.customer_id = customer_debts.customer_id
left join customer_lenders
    on usable.customer_id = customer_lenders.customer_id
