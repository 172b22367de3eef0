-- check_withdrawal: has the customer withdrawn the consent to what the queue does with the data?
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, standing_withdrawal
-- write   view

select
    contact_check_due.queue,
    contact_check_due.candidate_key,
    contact_check_due.check_name,
    contact_check_due.subject,
    standing_withdrawal.customer_id is null as is_passed,
    'withdrawn_' || contact_check_due.subject as reason,
    case
        when standing_withdrawal.customer_id is null then 'not withdrawn'
        when standing_withdrawal.stated_on <> standing_withdrawal.withdrawn_on
            then
                'withdrawal dated ' || cast(standing_withdrawal.stated_on as varchar)
                || ', told on ' || cast(standing_withdrawal.withdrawn_on as varchar)
        else 'withdrawn on ' || cast(standing_withdrawal.withdrawn_on as varchar)
    end as inputs,
    contact_check_due.rule_id,
    contact_check_due.rule_version
from contact_check_due
left join standing_withdrawal
    on
        contact_check_due.customer_id = standing_withdrawal.customer_id
        and contact_check_due.subject = standing_withdrawal.purpose
where contact_check_due.check_name = 'not_withdrawn'
