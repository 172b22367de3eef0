-- current_instalment: instalments as known on the date given, the latest version of each.
--
-- grain   loan_id, instalment_no
-- reads   instalment
-- write   view

with

versions as (

    select
        loan_id,
        instalment_no,
        due_on,
        amount_due,
        principal_due,
        interest_due,
        fee_due,
        received_on,
        line_no,
        row_number() over (
            partition by loan_id, instalment_no
            order by received_on desc
        ) as version_rank
    from instalment
    where received_on <= cast($known_on as date)

)

select
    loan_id,
    instalment_no,
    due_on,
    amount_due,
    principal_due,
    interest_due,
    fee_due,
    received_on,
    line_no
from versions
where version_rank = 1
