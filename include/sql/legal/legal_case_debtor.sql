-- legal_case_debtor: whose protections count for a case: the debtor by now, and whoever it named
-- before.
--
-- grain   case_id, customer_id
-- reads   legal_case_now, legal_case, legal_case_event
-- write   temporary

with

named as (

    select
        case_id,
        customer_id
    from legal_case_now

    union

    select
        case_id,
        customer_id
    from legal_case
    where business_date <= cast($business_date as date)

    union

    select
        case_id,
        customer_id
    from legal_case_event
    where
        business_date < cast($business_date as date)
        and customer_id is not null

)

select
    named.case_id,
    named.customer_id,
    legal_case_now.loan_id,
    named.case_id || ' ' || named.customer_id as candidate_key
from named
inner join legal_case_now
    on named.case_id = legal_case_now.case_id
