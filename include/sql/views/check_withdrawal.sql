-- check_withdrawal: has the customer withdrawn the consent to what the queue does with the data?
--
-- Who was never asked has withdrawn nothing: this is not whether there is a consent
-- (`check_consent`). A consent given again after the withdrawal ends it.
--
-- grain   queue, candidate_key, check_name, subject
-- reads   contact_check_due, consent_withdrawal, current_consent, contact_moment
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
    where check_name = 'not_withdrawn'

),

withdrawals as (

    select
        customer_id,
        purpose,
        withdrawn_on
    from consent_withdrawal

    union all

    select
        customer_id,
        purpose,
        withdrawn_on
    from current_consent
    where withdrawn_on is not null

),

withdrawn as (

    select
        due.queue,
        due.candidate_key,
        due.subject,
        min(withdrawals.withdrawn_on) as withdrawn_on
    from due
    inner join withdrawals
        on
            due.customer_id = withdrawals.customer_id
            and (withdrawals.purpose is null or due.subject = withdrawals.purpose)
    inner join contact_moment
        on withdrawals.withdrawn_on <= contact_moment.contact_on
    where
        not exists (
            select 1
            from current_consent
            where
                due.customer_id = current_consent.customer_id
                and due.subject = current_consent.purpose
                and current_consent.granted_on <= contact_moment.business_date
                and (
                    current_consent.withdrawn_on is null
                    or current_consent.withdrawn_on > contact_moment.contact_on
                )
        )
    group by due.queue, due.candidate_key, due.subject

)

select
    due.queue,
    due.candidate_key,
    due.check_name,
    due.subject,
    withdrawn.queue is null as is_passed,
    'withdrawn_' || due.subject as reason,
    coalesce(
        'withdrawn on ' || cast(withdrawn.withdrawn_on as varchar), 'not withdrawn'
    ) as inputs,
    due.rule_id,
    due.rule_version
from due
left join withdrawn
    on
        due.queue = withdrawn.queue
        and due.candidate_key = withdrawn.candidate_key
        and due.subject = withdrawn.subject
