-- separate_consent: purposes a customer has separately agreed to by the business date, and not
-- withdrawn by the day after, when its data are used. A general consent does not stand in for a
-- separate one.
--
-- grain   customer_id, purpose
-- reads   current_consent, contact_moment
-- write   view

select distinct
    current_consent.customer_id,
    current_consent.purpose
from current_consent
inner join contact_moment
    on
        current_consent.granted_on <= contact_moment.business_date
        and (
            current_consent.withdrawn_on is null
            or current_consent.withdrawn_on > contact_moment.contact_on
        )
where current_consent.consent_kind = 'separate'
