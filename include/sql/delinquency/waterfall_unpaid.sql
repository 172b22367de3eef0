-- waterfall_unpaid: what is left of each instalment of those loans after all payments in turn.
--
-- grain   loan_id, instalment_no
-- reads   waterfall_item
-- write   temporary

with

added as (

    select
        loan_id,
        instalment_no,
        effective_due_on,
        has_split,
        cast(sum(unpaid) as decimal(18, 2)) as unpaid_amount,
        sum(case when component = 'fee' then unpaid end) as unpaid_fee,
        sum(case when component = 'interest' then unpaid end) as unpaid_interest,
        sum(case when component = 'principal' then unpaid end) as unpaid_principal
    from waterfall_item
    group by loan_id, instalment_no, effective_due_on, has_split

)

select
    loan_id,
    instalment_no,
    effective_due_on,
    unpaid_amount,
    cast(case when has_split then unpaid_fee end as decimal(18, 2)) as unpaid_fee,
    cast(case when has_split then unpaid_interest end as decimal(18, 2)) as unpaid_interest,
    cast(case when has_split then unpaid_principal end as decimal(18, 2)) as unpaid_principal
from added
