-- current_instalment: instalments as known on the date given, the latest version of each.
--
-- grain   loan_id, instalment_no
-- reads   instalment
-- write   view

select
    instalment.loan_id,
    instalment.instalment_no,
    instalment.due_on,
    instalment.amount_due,
    instalment.principal_due,
    instalment.interest_due,
    instalment.fee_due,
    instalment.received_on,
    instalment.line_no
from instalment
where
    instalment.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from instalment as later
        where
            instalment.loan_id = later.loan_id
            and instalment.instalment_no = later.instalment_no
            and instalment.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from instalment as earliest
            )
    )
