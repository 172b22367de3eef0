-- standing_withdrawal: customers who have withdrawn a consent that a queue must not go without, and
-- have not given it again.
--
-- Who was never asked has withdrawn nothing: this is not whether there is a consent
-- (`check_consent`). `stated_on` is the day that the first of their rows names, which may have to come.
--
-- grain   customer_id, purpose
-- reads   contact_check_rule, consent_withdrawal, current_consent, contact_moment, told_load
-- write   view

with

withdrawals as (

    select
        consent_withdrawal.customer_id,
        contact_check_rule.subject as purpose,
        consent_withdrawal.withdrawn_on,
        consent_withdrawal.stated_on,
        consent_withdrawal.received_on,
        coalesce(told_load.load_no, 0) as load_no,
        row_number() over (
            partition by consent_withdrawal.customer_id, contact_check_rule.subject
            order by consent_withdrawal.withdrawn_on, consent_withdrawal.stated_on
        ) as withdrawal_rank
    from contact_check_rule
    inner join consent_withdrawal
        on
            consent_withdrawal.purpose is null
            or contact_check_rule.subject = consent_withdrawal.purpose
    inner join contact_moment
        on consent_withdrawal.withdrawn_on <= contact_moment.contact_on
    left join told_load
        on
            consent_withdrawal.feed = told_load.feed
            and consent_withdrawal.received_on = told_load.received_on
    where
        contact_check_rule.check_name = 'not_withdrawn'
        and not exists (
            select 1
            from current_consent
            where
                consent_withdrawal.customer_id = current_consent.customer_id
                and contact_check_rule.subject = current_consent.purpose
                and current_consent.granted_on <= contact_moment.business_date
                and (
                    current_consent.withdrawn_on is null
                    or current_consent.withdrawn_on > contact_moment.contact_on
                )
        )

)

select
    customer_id,
    purpose,
    min(withdrawn_on) as withdrawn_on,
    max(case when withdrawal_rank = 1 then stated_on end) as stated_on,
    max(received_on) as received_on,
    max(load_no) as load_no
from withdrawals
group by customer_id, purpose
