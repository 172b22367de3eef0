-- check_not_withdrawn: has the customer withdrawn the consent to what the queue does with the data?
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, standing_withdrawal
-- write   view

select
    due.queue,
    due.candidate_key,
    due.subject,
    'withdrawn_' || due.subject as reason,
    case
        when standing_withdrawal.stated_on <> standing_withdrawal.withdrawn_on
            then
                'withdrawal dated ' || cast(standing_withdrawal.stated_on as varchar)
                || ', told on ' || cast(standing_withdrawal.withdrawn_on as varchar)
        else 'withdrawn on ' || cast(standing_withdrawal.withdrawn_on as varchar)
    end as inputs
from contact_check_due as due
inner join standing_withdrawal
    on
        due.customer_id = standing_withdrawal.customer_id
        and due.subject = standing_withdrawal.purpose
where due.check_name = 'not_withdrawn'
