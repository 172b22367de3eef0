-- bureau_account: loans that the customers have with other lenders.
--
-- grain   customer_no, account_no
--
-- Where an account is co-funded, the one after it is the other lender's half of the same contract.

with

borrowing as (

    select
        customer_no,
        case
            when draw('debts', customer_no) < 0.35 then 0
            when draw('debts', customer_no) < 0.80 then whole(draw('how many', customer_no), 1, 2)
            when draw('debts', customer_no) < 0.95 then whole(draw('how many', customer_no), 3, 5)
            else whole(draw('how many', customer_no), 6, 10)
        end as accounts
    from borrower
    where draw('known to the bureau', customer_no) < 0.96

),

numbered as (

    select
        customer_no,
        accounts,
        unnest(range(1, accounts + 1))::integer as account_no
    from borrowing

),

pairs as (

    -- Odd accounts may be co-funded; the even one after them is then the second half.
    select
        *,
        (account_no + 1) // 2 * 2 - 1 as first_no,
        draw_for('co-funded', customer_no, (account_no + 1) // 2 * 2 - 1) < 0.14
        and (account_no + 1) // 2 * 2 <= accounts as is_cofunded
    from numbered

),

contracts as (

    select
        *,
        case when is_cofunded then first_no else account_no end as contract_no
    from pairs

),

terms as (

    select
        *,
        -- The heavily indebted keep opening accounts.
        getvariable('last_date') - case
            when accounts >= 6 and draw_for('recent', customer_no, contract_no) < 0.5
                then whole(draw_for('opened', customer_no, contract_no), 0, 200)
            else whole(draw_for('opened', customer_no, contract_no), 0, 1100)
        end as opened_on,
        pick([6, 12, 12, 24, 36], draw_for('bureau term', customer_no, contract_no)) as months,
        100000::bigint * whole(draw_for('bureau amount', customer_no, account_no), 1, 60)
            as principal_cents,
        -- Two lenders of one contract are never the same one.
        (whole(draw_for('lender', customer_no, contract_no), 0, 59)
            + 7 * (account_no - contract_no)) % 60 + 1 as lender_no,
        draw_for('bureau overdue', customer_no, account_no) as overdue_draw
    from contracts

)

select
    customer_no,
    account_no,
    lender_no,
    is_cofunded,
    contract_no,
    opened_on,
    months,
    principal_cents,
    overdue_draw,
    opened_on + months * 30 as runs_until
from terms
