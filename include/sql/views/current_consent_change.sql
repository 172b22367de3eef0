-- current_consent_change: changes of consent as known on the date given, the latest version of each.
--
-- grain   change_id
-- reads   consent_change
-- write   view

with

versions as (

    select
        change_id,
        customer_id,
        purpose,
        change_kind,
        consent_kind,
        changed_on,
        channel,
        received_on,
        line_no,
        row_number() over (
            partition by change_id
            order by received_on desc
        ) as version_rank
    from consent_change
    where received_on <= cast($known_on as date)

)

select
    change_id,
    customer_id,
    purpose,
    change_kind,
    consent_kind,
    changed_on,
    channel,
    received_on,
    line_no
from versions
where version_rank = 1
