-- current_consent: consents as known on the date given, the latest version of each.
--
-- grain   consent_id
-- reads   consent
-- write   view

with

versions as (

    select
        consent_id,
        customer_id,
        purpose,
        consent_kind,
        granted_on,
        withdrawn_on,
        received_on,
        line_no,
        row_number() over (
            partition by consent_id
            order by received_on desc
        ) as version_rank
    from consent
    where received_on <= cast($known_on as date)

)

select
    consent_id,
    customer_id,
    purpose,
    consent_kind,
    granted_on,
    withdrawn_on,
    received_on,
    line_no
from versions
where version_rank = 1
