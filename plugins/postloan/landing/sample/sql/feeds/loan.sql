-- loan: one row when the loan is paid out, one more when it leaves the book.

with

moments as (

    select
        loan.*,
        outcome.loan_status,
        outcome.status_on,
        outcome.known_on as left_on
    from loan_book as loan
    left join loan_outcome as outcome
        on loan.loan_no = outcome.loan_no

),

rows_known as (

    select
        *,
        case when left_on <= getvariable('opening') then loan_status else 'active' end as status,
        case when left_on <= getvariable('opening') then status_on else disbursed_on end as since,
        greatest(disbursed_on, getvariable('opening')) as known_on
    from moments

    union all

    select
        *,
        loan_status as status,
        status_on as since,
        left_on as known_on
    from moments
    where left_on > getvariable('opening')

)

select
    known_on,
    loan_ref(loan_no) as loan_id,
    customer_ref(customer_no) as customer_id,
    'K' || digits(loan_no, 8) as contract_id,
    product,
    'CNY' as currency,
    yuan(principal_cents) as principal,
    disbursed_on,
    -- A card has no contractual end.
    case when product <> 'credit_card' then matures_on end as matures_on,
    status as loan_status,
    since as status_on
from rows_known
