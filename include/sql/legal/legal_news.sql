-- legal_news: loans and customers of whom something that a legal case may rest on was delivered for
-- a date after the business date.
--
-- A row is about the loan it names, and about every other loan of its debtor, for what is claimed of
-- one person counts together; one that names no loan, about all of the customer's. A refused row that
-- may protect and names nobody of the book is about every debtor of a case. So is all of it of the
-- person's other customer numbers (`one_person`).
--
-- grain   loan_id, customer_id; one of the two
-- reads   complaint, contact_change, contact_outcome, customer, enrolment, extension_request, hold,
--         instalment, legal_event, loan, loan_position, overdue_reason, pause, plan_request,
--         privacy_request, promise_to_pay, repayment, statement, unclear_row, legal_case_debtor,
--         one_person
-- write   view

with

told as (

    select
        loan_id,
        customer_id,
        received_on
    from complaint

    union all

    select
        cast(null as varchar) as loan_id,
        customer_id,
        received_on
    from contact_change

    union all

    select
        loan_id,
        customer_id,
        received_on
    from contact_outcome

    union all

    select
        cast(null as varchar) as loan_id,
        customer_id,
        received_on
    from customer

    union all

    select
        cast(null as varchar) as loan_id,
        customer_id,
        received_on
    from enrolment

    union all

    select
        loan_id,
        cast(null as varchar) as customer_id,
        received_on
    from extension_request

    union all

    select
        loan_id,
        customer_id,
        received_on
    from hold

    union all

    select
        loan_id,
        cast(null as varchar) as customer_id,
        received_on
    from instalment

    union all

    select
        loan_id,
        customer_id,
        received_on
    from legal_event

    union all

    select
        loan_id,
        customer_id,
        received_on
    from loan

    union all

    select
        loan_id,
        cast(null as varchar) as customer_id,
        received_on
    from loan_position

    union all

    select
        loan_id,
        customer_id,
        received_on
    from overdue_reason

    union all

    select
        loan_id,
        cast(null as varchar) as customer_id,
        received_on
    from pause

    union all

    select
        loan_id,
        customer_id,
        received_on
    from plan_request

    union all

    select
        cast(null as varchar) as loan_id,
        customer_id,
        received_on
    from privacy_request

    union all

    select
        loan_id,
        customer_id,
        received_on
    from promise_to_pay

    union all

    select
        loan_id,
        cast(null as varchar) as customer_id,
        received_on
    from repayment

    union all

    select
        loan_id,
        cast(null as varchar) as customer_id,
        received_on
    from statement

    union all

    select
        cast(null as varchar) as loan_id,
        legal_case_debtor.customer_id,
        unclear_row.business_date as received_on
    from unclear_row
    cross join legal_case_debtor
    where unclear_row.customer_id is null

),

named as (

    select distinct
        loan_id,
        customer_id
    from told
    where
        received_on > cast($business_date as date)
        and received_on <= cast($known_on as date)

),

debtors as (

    select customer_id
    from named
    where customer_id is not null

    union

    select loan.customer_id
    from named
    inner join loan
        on named.loan_id = loan.loan_id
    where loan.received_on <= cast($known_on as date)

)

select
    loan_id,
    cast(null as varchar) as customer_id
from named
where loan_id is not null

union

select
    cast(null as varchar) as loan_id,
    customer_id
from debtors

union

select
    cast(null as varchar) as loan_id,
    one_person.customer_id
from debtors
inner join one_person
    on debtors.customer_id = one_person.other_customer_id
