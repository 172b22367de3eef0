-- replaced_instalment: instalments that came after the first delivery of all, each with its latest.
--
-- Versions older than that are replaced. Few instalments are here, which keeps this small beside the
-- schedule itself; new ones replace nothing.
--
-- grain   loan_id, instalment_no
-- reads   instalment
-- write   view

with

first_delivery as (

    select min(received_on) as received_on
    from instalment

)

select
    instalment.loan_id,
    instalment.instalment_no,
    max(instalment.received_on) as received_on
from instalment
inner join first_delivery
    on instalment.received_on > first_delivery.received_on
where instalment.received_on <= cast($known_on as date)
group by instalment.loan_id, instalment.instalment_no
