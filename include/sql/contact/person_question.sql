-- person_question: customers who may be one person with another who is protected or disputes what
-- he owes; a person says whether they are.
--
-- What stops the law alone is a question where a case is open that it stops.
--
-- grain   customer_id, other_customer_id
-- reads   same_person, disputed_case, legal_case_state
-- write   view

with

stopped as (

    select distinct
        disputed_case.customer_id,
        disputed_case.told_of
    from disputed_case
    inner join legal_case_state
        on disputed_case.case_id = legal_case_state.case_id
    where legal_case_state.case_state in ('awaiting_approval', 'approved', 'suspended')

)

select
    same_person.customer_id,
    same_person.other_customer_id,
    max(same_person.received_on) as received_on,
    max(same_person.load_no) as load_no,
    bool_or(same_person.stops_contact or stopped.customer_id is not null) as is_question,
    'the same person as customer ' || same_person.other_customer_id
    || coalesce(', by loan ' || min(same_person.loan_id) || ' that changed its debtor', '')
    || '; '
    || string_agg(
        distinct same_person.protection || ' since ' || cast(same_person.received_on as varchar),
        ', '
        order by same_person.protection || ' since ' || cast(same_person.received_on as varchar)
    ) as inputs
from same_person
left join stopped
    on
        same_person.customer_id = stopped.customer_id
        and same_person.other_customer_id = stopped.told_of
group by same_person.customer_id, same_person.other_customer_id
