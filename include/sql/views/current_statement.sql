-- current_statement: statements as known on the date given, the latest version of each.
--
-- grain   loan_id, statement_on
-- reads   statement
-- write   view

with

versions as (

    select
        loan_id,
        statement_on,
        due_on,
        statement_balance,
        minimum_due,
        previous_balance,
        paid_since_previous,
        credit_limit,
        received_on,
        line_no,
        row_number() over (
            partition by loan_id, statement_on
            order by received_on desc
        ) as version_rank
    from statement
    where received_on <= cast($known_on as date)

)

select
    loan_id,
    statement_on,
    due_on,
    statement_balance,
    minimum_due,
    previous_balance,
    paid_since_previous,
    credit_limit,
    received_on,
    line_no
from versions
where version_rank = 1
