-- check_recipient: is the person to be contacted the debtor of every loan named, on a number of their own?
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, contact_loan, current_loan, recipient, current_emergency_contact
-- write   view

with

due as (

    select
        queue,
        candidate_key,
        customer_id,
        check_name,
        subject,
        rule_id,
        rule_version
    from contact_check_due
    where check_name = 'recipient_is_debtor'

),

strangers as (

    select
        contact_loan.queue,
        contact_loan.candidate_key,
        count(*) as loans
    from contact_loan
    left join current_loan
        on
            contact_loan.loan_id = current_loan.loan_id
            and contact_loan.customer_id = current_loan.customer_id
    where current_loan.loan_id is null
    group by contact_loan.queue, contact_loan.candidate_key

),

shared_phones as (

    select distinct recipient.customer_id
    from recipient
    inner join current_emergency_contact
        on
            recipient.customer_id = current_emergency_contact.customer_id
            and recipient.phone = current_emergency_contact.phone

)

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    strangers.loans is null and shared_phones.customer_id is null as is_passed,
    case
        when strangers.loans is not null then 'not_the_debtor'
        else 'phone_of_contact_person'
    end as reason,
    concat_ws(
        '; ',
        'loans of another debtor ' || cast(coalesce(strangers.loans, 0) as varchar),
        case
            when shared_phones.customer_id is not null then 'number shared with a contact person'
        end
    ) as inputs,
    due.rule_id,
    due.rule_version
from due
left join strangers
    on
        due.queue = strangers.queue
        and due.candidate_key = strangers.candidate_key
left join shared_phones
    on due.customer_id = shared_phones.customer_id
