-- missing_restriction: protections that were told, would last and stand no more: the delivery of
-- their date was replaced by one without the row, or a later row of the same key was told.
--
-- Where every version counts anyhow (deaths, approved plans, disputes), only what was left out is
-- here. `told_no` is the load that told of what was left out, `load_no` the one that made it go.
--
-- grain   feed, record_key, received_on, left_out_no, customer_id
-- reads   spoken_restriction, told_restriction, told_load, contact_moment
-- write   view

with

replaced as (

    select
        earlier.feed,
        earlier.record_key,
        earlier.received_on,
        max(coalesce(told_load.load_no, 0)) as load_no
    from told_restriction as earlier
    inner join told_restriction as later
        on
            earlier.feed = later.feed
            and earlier.record_key = later.record_key
            and earlier.received_on < later.received_on
    left join told_load
        on
            later.feed = told_load.feed
            and later.received_on = told_load.received_on
    where
        earlier.feed in (
            'hold', 'complaint', 'privacy_request', 'consent_change', 'promise_to_pay', 'pause',
            'contact_outcome', 'legal_event'
        )
        or earlier.aspect = 'doubtful_plan'
    group by earlier.feed, earlier.record_key, earlier.received_on

),

retold as (

    select distinct
        feed,
        record_key,
        received_on
    from told_restriction

)

select
    spoken_restriction.feed,
    spoken_restriction.record_key,
    spoken_restriction.customer_id,
    spoken_restriction.loan_id,
    spoken_restriction.aspect,
    spoken_restriction.scope,
    spoken_restriction.starts_on,
    spoken_restriction.ends_on,
    spoken_restriction.release_kind,
    spoken_restriction.received_on,
    spoken_restriction.line_no,
    spoken_restriction.left_out_no,
    spoken_restriction.told_no,
    coalesce(spoken_restriction.left_out_no, replaced.load_no) as load_no,
    case
        when replaced.feed is null and retold.feed is null then 'left_out'
        else 'told_otherwise'
    end as happened
from spoken_restriction
inner join contact_moment
    on
        (
            spoken_restriction.ends_on is null
            or spoken_restriction.ends_on > contact_moment.contact_on
        )
        and (
            spoken_restriction.starts_on <= contact_moment.contact_on
            or spoken_restriction.counts_at_once
        )
left join replaced
    on
        spoken_restriction.feed = replaced.feed
        and spoken_restriction.record_key = replaced.record_key
        and spoken_restriction.received_on = replaced.received_on
left join retold
    on
        spoken_restriction.left_out_no is not null
        and spoken_restriction.feed = retold.feed
        and spoken_restriction.record_key = retold.record_key
        and spoken_restriction.received_on = retold.received_on
where
    spoken_restriction.is_protecting
    and (spoken_restriction.left_out_no is not null or replaced.feed is not null)
