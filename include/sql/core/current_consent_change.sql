-- current_consent_change: changes of consent as known on the date given, the latest version of
-- each.
--
-- grain   change_id
-- reads   consent_change
-- write   view

select
    consent_change.change_id,
    consent_change.customer_id,
    consent_change.purpose,
    consent_change.change_kind,
    consent_change.consent_kind,
    consent_change.changed_on,
    consent_change.channel,
    consent_change.received_on,
    consent_change.line_no
from consent_change
where
    consent_change.received_on <= cast($known_on as date)
    and not exists (
        select 1
        from consent_change as later
        where
            consent_change.change_id = later.change_id
            and consent_change.received_on < later.received_on
            and later.received_on <= cast($known_on as date)
            -- The first delivery of all replaces nothing, and is nearly the whole book.
            and later.received_on > (
                select min(earliest.received_on)
                from consent_change as earliest
            )
    )
