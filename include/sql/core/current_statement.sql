-- current_statement: statements as known on the date given, the latest version of each.
--
-- grain   loan_id, statement_on
-- reads   statement
-- write   view

select
    statement.loan_id,
    statement.statement_on,
    statement.due_on,
    statement.statement_balance,
    statement.minimum_due,
    statement.previous_balance,
    statement.paid_since_previous,
    statement.credit_limit,
    statement.received_on,
    statement.line_no
from statement
where
    statement.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from statement as later
        where
            statement.loan_id = later.loan_id
            and statement.statement_on = later.statement_on
            and statement.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from statement as earliest
            )
    )
