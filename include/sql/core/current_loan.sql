-- current_loan: loans as known on the date given, the latest version of each.
--
-- grain   loan_id
-- reads   loan
-- write   view

select
    loan.loan_id,
    loan.customer_id,
    loan.contract_id,
    loan.product,
    loan.currency,
    loan.principal,
    loan.disbursed_on,
    loan.matures_on,
    loan.loan_status,
    loan.status_on,
    loan.received_on,
    loan.line_no
from loan
where
    loan.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from loan as later
        where
            loan.loan_id = later.loan_id
            and loan.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from loan as earliest
            )
    )
