-- privacy_request: a few customers ask about their data or to be left alone; some are answered.

with

asking as (

    select
        customer_no,
        draw('privacy kind', customer_no) as kind_draw,
        getvariable('opening') + whole(draw('privacy on', customer_no), -120, 200) as received_on
    from borrower
    where draw('privacy', customer_no) < 0.05

),

requests as (

    select
        *,
        pick(
            [
                'access', 'access', 'correction', 'deletion', 'restriction', 'channel_opt_out',
                'channel_opt_out', 'contact_objection', 'consent_withdrawal', 'consent_withdrawal'
            ],
            kind_draw
        ) as request_kind,
        received_on + whole(draw('privacy days', customer_no), 2, 14) as closed_on
    from asking
    inner join borrower using (customer_no)
    where received_on > since and received_on <= getvariable('last_date')

),

moments as (

    select
        *,
        greatest(received_on, getvariable('opening')) as known_on
    from requests

    union all

    select
        *,
        closed_on as known_on
    from requests
    where closed_on > getvariable('opening') and closed_on <= getvariable('last_date')

)

select
    known_on,
    'Q' || digits(customer_no, 8) as request_id,
    customer_ref(customer_no) as customer_id,
    request_kind,
    case
        when request_kind = 'channel_opt_out'
            then pick(
                ['sms', 'phone', 'email', 'app_push', 'letter', 'field_visit'],
                draw('privacy channel', customer_no)
            )
    end as channel,
    case when request_kind = 'contact_objection' then 1 end as contact_no,
    case
        when request_kind = 'consent_withdrawal'
            then pick(
                ['bureau_query', 'registry_query', 'share_with_vendor', 'marketing'],
                draw('privacy purpose', customer_no)
            )
    end as purpose,
    strftime(
        received_on + to_minutes(whole(draw('privacy minute', customer_no), 500, 1250)::bigint),
        '%Y-%m-%d %H:%M:%S'
    ) as received_at,
    case
        when known_on < closed_on then 'received'
        -- What the law leaves to the person is granted; the rest may be refused.
        when request_kind in ('channel_opt_out', 'contact_objection', 'consent_withdrawal')
            then pick(['granted', 'granted', 'withdrawn'], draw('privacy end', customer_no))
        else pick(['granted', 'refused', 'refused'], draw('privacy end', customer_no))
    end as request_state,
    case when known_on >= closed_on then closed_on end as closed_on
from moments
