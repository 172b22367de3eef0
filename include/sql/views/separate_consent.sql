-- separate_consent: purposes a customer has separately agreed to, and not withdrawn, on the
-- business date. A general consent does not stand in for a separate one.
--
-- grain   customer_id, purpose
-- reads   current_consent
-- write   view

select distinct
    customer_id,
    purpose
from current_consent
where
    consent_kind = 'separate'
    and granted_on <= cast($business_date as date)
    and (
        withdrawn_on is null
        or withdrawn_on > cast($business_date as date)
    )
