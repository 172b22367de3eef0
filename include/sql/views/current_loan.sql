-- current_loan: loans as known on the date given, the latest version of each.
--
-- grain   loan_id
-- reads   loan
-- write   view

with

versions as (

    select
        loan_id,
        customer_id,
        contract_id,
        product,
        currency,
        principal,
        disbursed_on,
        matures_on,
        loan_status,
        status_on,
        received_on,
        line_no,
        row_number() over (
            partition by loan_id
            order by received_on desc
        ) as version_rank
    from loan
    where received_on <= cast($known_on as date)

)

select
    loan_id,
    customer_id,
    contract_id,
    product,
    currency,
    principal,
    disbursed_on,
    matures_on,
    loan_status,
    status_on,
    received_on,
    line_no
from versions
where version_rank = 1
