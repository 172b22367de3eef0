-- moved_loan: loans that had another debtor before, with everybody who ever was told to owe them.
--
-- A delivery that was replaced told nothing: a loan that is corrected so has not moved.
--
-- grain   loan_id, customer_id
-- reads   loan
-- write   view

with

moved as (

    select distinct later.loan_id
    from loan as later
    inner join loan as earlier
        on
            later.loan_id = earlier.loan_id
            and later.customer_id <> earlier.customer_id
            and later.received_on > earlier.received_on
    where
        later.received_on <= cast($known_on as date)
        -- The first delivery of all replaces nothing, and is nearly the whole book.
        and later.received_on > (
            select min(earliest.received_on)
            from loan as earliest
        )

)

select distinct
    loan.loan_id,
    loan.customer_id
from loan
inner join moved
    on loan.loan_id = moved.loan_id
where loan.received_on <= cast($known_on as date)
