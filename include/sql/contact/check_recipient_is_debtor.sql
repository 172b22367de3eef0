-- check_recipient_is_debtor: is the person to be contacted not the debtor of every loan named, or
-- on a number that is not their own?
--
-- A task that stands was made with the number of its day. Once the debtor has told of another one,
-- the old one may be somebody else's.
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, contact_loan, standing_subject, current_loan, subject_number,
--         contact_person_number, recipient
-- write   view

with

named as (

    select
        queue,
        candidate_key,
        loan_id,
        customer_id
    from contact_loan

    union all

    select
        queue,
        candidate_key,
        loan_id,
        customer_id
    from standing_subject
    where loan_id is not null

),

strangers as (

    select
        named.queue,
        named.candidate_key,
        count(*) as loans
    from named
    left join current_loan
        on
            named.loan_id = current_loan.loan_id
            and named.customer_id = current_loan.customer_id
    where current_loan.loan_id is null
    group by named.queue, named.candidate_key

),

shared_phones as (

    select distinct
        subject_number.queue,
        subject_number.candidate_key
    from subject_number
    inner join contact_person_number
        on
            subject_number.customer_id = contact_person_number.customer_id
            and subject_number.number = contact_person_number.number

),

changed_phones as (

    select distinct
        standing_subject.queue,
        standing_subject.candidate_key
    from standing_subject
    inner join recipient
        on standing_subject.customer_id = recipient.customer_id
    where standing_subject.phone <> recipient.phone

)

select
    due.queue,
    due.candidate_key,
    due.subject,
    case
        when strangers.loans is not null then 'not_the_debtor'
        when shared_phones.queue is not null then 'phone_of_contact_person'
        else 'number_changed'
    end as reason,
    concat_ws(
        '; ',
        'loans of another debtor ' || cast(coalesce(strangers.loans, 0) as varchar),
        case
            when shared_phones.queue is not null then 'number shared with a contact person'
        end,
        case
            when changed_phones.queue is not null then 'another number told since'
        end
    ) as inputs
from contact_check_due as due
left join strangers
    on
        due.queue = strangers.queue
        and due.candidate_key = strangers.candidate_key
left join shared_phones
    on
        due.queue = shared_phones.queue
        and due.candidate_key = shared_phones.candidate_key
left join changed_phones
    on
        due.queue = changed_phones.queue
        and due.candidate_key = changed_phones.candidate_key
where
    due.check_name = 'recipient_is_debtor'
    and (
        strangers.loans is not null
        or shared_phones.queue is not null
        or changed_phones.queue is not null
    )
