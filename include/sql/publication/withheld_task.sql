-- withheld_task: tasks that the date wants and that a check refuses by all that is loaded by now.
--
-- The day behind it is the one on which what refuses it was received, where that is of the person;
-- the latest of all that was looked at otherwise.
--
-- grain   queue, task_id, check_name, subject
-- reads   eligible_task, eligible_subject, contact_check, protected_customer
-- write   temporary

select
    eligible_task.queue,
    eligible_task.task_id,
    eligible_task.candidate_key,
    eligible_task.customer_id,
    eligible_task.loan_id,
    contact_check.check_name,
    contact_check.subject,
    min(contact_check.reason) as reason,
    min(contact_check.inputs) || '; known by '
    || cast(
        coalesce(min(protected_customer.received_on), cast($known_on as date)) as varchar
    ) as inputs,
    min(contact_check.rule_id) as rule_id,
    min(contact_check.rule_version) as rule_version
from eligible_task
inner join eligible_subject
    on
        eligible_task.queue = eligible_subject.queue
        and eligible_task.task_id = eligible_subject.task_id
inner join contact_check
    on
        eligible_subject.queue = contact_check.queue
        and eligible_subject.candidate_key = contact_check.candidate_key
-- What had come by the date refused nothing then.
left join protected_customer
    on
        eligible_task.customer_id = protected_customer.customer_id
        and protected_customer.received_on > cast($business_date as date)
        and protected_customer.protection = case contact_check.check_name
            when 'not_deceased' then 'deceased'
            when 'not_withdrawn' then 'withdrawal'
            when 'no_opt_out' then 'channel_opt_out'
            when 'of_age' then 'minor'
            else contact_check.subject
        end
where not contact_check.is_passed
group by
    eligible_task.queue,
    eligible_task.task_id,
    eligible_task.candidate_key,
    eligible_task.customer_id,
    eligible_task.loan_id,
    contact_check.check_name,
    contact_check.subject
