-- consent_change: a few customers agree to something, or take it back, while somebody talks to them.

with

changes as (

    select
        customer_no,
        since,
        getvariable('opening') + whole(draw('consent change on', customer_no), -30, 120)
            as changed_on,
        draw('consent change kind', customer_no) < 0.55 as is_given
    from borrower
    where draw('consent change', customer_no) < 0.04

)

select
    changed_on as known_on,
    'D' || digits(customer_no, 8) as change_id,
    customer_ref(customer_no) as customer_id,
    pick(
        ['bureau_query', 'registry_query', 'share_with_vendor', 'marketing'],
        draw('consent change purpose', customer_no)
    ) as purpose,
    case when is_given then 'given' else 'withdrawn' end as change_kind,
    case
        when is_given
            then pick(['separate', 'separate', 'general'], draw('consent change form', customer_no))
    end as consent_kind,
    changed_on,
    pick(
        ['phone', 'phone', 'sms', 'email', 'app_push', 'letter', 'field_visit'],
        draw('consent change channel', customer_no)
    ) as channel
from changes
where changed_on > since
