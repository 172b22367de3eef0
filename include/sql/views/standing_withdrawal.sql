-- standing_withdrawal: customers who have withdrawn a consent that a queue must not go without, and
-- have not given it again.
--
-- Who was never asked has withdrawn nothing: this is not whether there is a consent
-- (`check_consent`).
--
-- grain   customer_id, purpose
-- reads   contact_check_rule, consent_withdrawal, current_consent, contact_moment, told_load
-- write   view

with

withdrawals as (

    select
        customer_id,
        purpose,
        withdrawn_on,
        feed,
        received_on
    from consent_withdrawal

    union all

    select
        customer_id,
        purpose,
        withdrawn_on,
        'consent' as feed,
        received_on
    from current_consent
    where withdrawn_on is not null

)

select
    withdrawals.customer_id,
    contact_check_rule.subject as purpose,
    min(withdrawals.withdrawn_on) as withdrawn_on,
    max(withdrawals.received_on) as received_on,
    max(coalesce(told_load.load_no, 0)) as load_no
from contact_check_rule
inner join withdrawals
    on withdrawals.purpose is null or contact_check_rule.subject = withdrawals.purpose
inner join contact_moment
    on withdrawals.withdrawn_on <= contact_moment.contact_on
left join told_load
    on
        withdrawals.feed = told_load.feed
        and withdrawals.received_on = told_load.received_on
where
    contact_check_rule.check_name = 'not_withdrawn'
    and not exists (
        select 1
        from current_consent
        where
            withdrawals.customer_id = current_consent.customer_id
            and contact_check_rule.subject = current_consent.purpose
            and current_consent.granted_on <= contact_moment.business_date
            and (
                current_consent.withdrawn_on is null
                or current_consent.withdrawn_on > contact_moment.contact_on
            )
    )
group by withdrawals.customer_id, contact_check_rule.subject
