-- standing_protection: everything that protects a customer until a person releases it, one row for
-- each thing and customer: what is listed, what a release can name and what waits for a person.
--
-- The key is that of a release: feed and record; with the day of it what was taken back; the other
-- one of two persons; a number; by what a date of birth is known. `told_of` is the customer whom it
-- names, which is another one than the customer held where a row names a loan of somebody else.
-- What ends by itself or is known for certain (a promise, a death whose day has come, one person's number) is no question, nor is what is
-- about people of whom no task is made today.
--
-- grain   kind, record_key, customer_id, file_sha256
-- reads   unclear_row, taken_back_restriction, known_death, known_birth, come_of_age, active_hold,
--         judged_pause, effective_privacy_request, person_question, shared_number, number_report, recipient,
--         told_load, contact_moment
-- write   query

with

standing as (

    select distinct
        'unclear_row' as kind,
        concat_ws(
            ' ',
            unclear_row.feed,
            cast(unclear_row.business_date as varchar),
            'line',
            cast(unclear_row.line_no as varchar),
            'of',
            left(unclear_row.file_sha256, 8)
        ) as record_key,
        unclear_row.customer_id,
        unclear_row.customer_id as told_of,
        unclear_row.business_date as received_on,
        coalesce(told_load.load_no, 0) as load_no,
        true as is_question,
        concat_ws(' in ', unclear_row.reason, unclear_row.column_name) as inputs,
        unclear_row.source,
        unclear_row.feed,
        unclear_row.line_no,
        unclear_row.file_sha256
    from unclear_row
    left join told_load
        on
            unclear_row.feed = told_load.feed
            and unclear_row.business_date = told_load.received_on

    union all

    select
        'taken_back' as kind,
        concat_ws(' ', feed, record_key, cast(received_on as varchar)) as record_key,
        customer_id,
        customer_id as told_of,
        received_on,
        max(load_no) as load_no,
        true as is_question,
        'taken back: ' || feed || ' ' || cast(received_on as varchar)
        || ' line ' || cast(max(line_no) as varchar)
        || case when max(happened) = 'left_out' then ' left out' else ' told otherwise' end
            as inputs,
        cast(null as varchar) as source,
        feed,
        cast(null as bigint) as line_no,
        cast(null as varchar) as file_sha256
    from taken_back_restriction
    group by feed, record_key, received_on, customer_id

    union all

    select
        'deceased' as kind,
        record_key,
        customer_id,
        customer_id as told_of,
        received_on,
        load_no,
        is_doubtful as is_question,
        case
            when told_by = 'name' then 'a word for a death in the name'
            when is_doubtful then 'death known to the ' || told_by || ', for a day to come'
            else 'death known to the ' || told_by
        end as inputs,
        cast(null as varchar) as source,
        case when told_by = 'registry' then 'enrolment' else 'customer' end as feed,
        cast(null as bigint) as line_no,
        cast(null as varchar) as file_sha256
    from known_death

    union all

    select
        'minor' as kind,
        known_birth.told_by as record_key,
        known_birth.customer_id,
        known_birth.customer_id as told_of,
        max(known_birth.received_on) as received_on,
        max(known_birth.load_no) as load_no,
        max(case when recipient.customer_id is null then 0 else 1 end) = 1 as is_question,
        'below age by ' || known_birth.told_by as inputs,
        cast(null as varchar) as source,
        'customer' as feed,
        cast(null as bigint) as line_no,
        cast(null as varchar) as file_sha256
    from known_birth
    inner join come_of_age
        on known_birth.birth_on > come_of_age.born_by
    left join recipient
        on known_birth.customer_id = recipient.customer_id
    group by known_birth.customer_id, known_birth.told_by

    union all

    select
        case
            when active_hold.origin like 'doubtful%' then 'doubtful_hold'
            else active_hold.hold_kind
        end as kind,
        case
            when active_hold.origin = 'registry' then 'enrolment ' || active_hold.customer_id
            when active_hold.origin = 'promise' then 'promise_to_pay'
            when active_hold.origin like 'doubtful%' then substring(active_hold.origin, 10)
            else active_hold.origin
        end || ' ' || active_hold.hold_id as record_key,
        active_hold.customer_id,
        active_hold.told_of,
        active_hold.received_on,
        active_hold.load_no,
        active_hold.hold_kind <> 'promise_to_pay'
        and (active_hold.hold_kind <> 'approved_plan' or recipient.customer_id is not null)
            as is_question,
        active_hold.origin || ' since ' || cast(active_hold.starts_on as varchar)
        || case
            when active_hold.origin like 'doubtful%' then ': ' || active_hold.hold_kind
            else ''
        end as inputs,
        cast(null as varchar) as source,
        case
            when active_hold.origin = 'registry' then 'enrolment'
            when active_hold.origin = 'promise' then 'promise_to_pay'
            when active_hold.origin like 'doubtful%' then substring(active_hold.origin, 10)
            else active_hold.origin
        end as feed,
        cast(null as bigint) as line_no,
        cast(null as varchar) as file_sha256
    from active_hold
    left join recipient
        on active_hold.customer_id = recipient.customer_id
    where
        active_hold.origin like 'doubtful%'
        or active_hold.hold_kind in ('approved_plan', 'promise_to_pay', 'unclear_status')

    union all

    select
        'doubtful_hold' as kind,
        'pause ' || judged_pause.pause_id as record_key,
        judged_pause.customer_id,
        judged_pause.customer_id as told_of,
        judged_pause.received_on,
        judged_pause.load_no,
        true as is_question,
        'doubtful pause since ' || cast(judged_pause.starts_on as varchar)
        || ': ' || judged_pause.pause_reason as inputs,
        cast(null as varchar) as source,
        'pause' as feed,
        cast(null as bigint) as line_no,
        cast(null as varchar) as file_sha256
    from judged_pause
    inner join contact_moment
        on
            judged_pause.starts_on <= contact_moment.contact_on
            and (judged_pause.ends_on is null or judged_pause.ends_on > contact_moment.contact_on)
    where judged_pause.is_doubtful

    union all

    select
        'doubtful_hold' as kind,
        'privacy_request ' || request_id as record_key,
        customer_id,
        customer_id as told_of,
        received_on,
        load_no,
        true as is_question,
        'doubtful end of a request since ' || cast(asked_on as varchar)
        || ': ' || request_kind || ' ' || request_state as inputs,
        cast(null as varchar) as source,
        'privacy_request' as feed,
        cast(null as bigint) as line_no,
        cast(null as varchar) as file_sha256
    from effective_privacy_request
    where
        is_doubtful
        -- An objection has no end (`contact_person_refusal`); an unclear one is a hold.
        and request_kind not in ('access', 'correction', 'contact_objection')

    union all

    select
        'same_person' as kind,
        other_customer_id as record_key,
        customer_id,
        customer_id as told_of,
        received_on,
        load_no,
        is_question,
        inputs,
        cast(null as varchar) as source,
        'customer' as feed,
        cast(null as bigint) as line_no,
        cast(null as varchar) as file_sha256
    from person_question

    union all

    select
        'shared_number' as kind,
        number as record_key,
        customer_id,
        customer_id as told_of,
        since as received_on,
        load_no,
        not is_of_one_person as is_question,
        'number of ' || cast(customers as varchar) || ' customers since '
        || cast(since as varchar) as inputs,
        cast(null as varchar) as source,
        'customer' as feed,
        cast(null as bigint) as line_no,
        cast(null as varchar) as file_sha256
    from shared_number

    union all

    -- What a team has found out is known, and no question; a person may know better.
    select
        'reported_number' as kind,
        number as record_key,
        customer_id,
        customer_id as told_of,
        max(received_on) as received_on,
        max(load_no) as load_no,
        false as is_question,
        'reported ' || min(result) || ' on ' || cast(max(reported_on) as varchar) as inputs,
        cast(null as varchar) as source,
        'contact_outcome' as feed,
        cast(null as bigint) as line_no,
        cast(null as varchar) as file_sha256
    from number_report
    group by customer_id, number

)

select
    kind,
    record_key,
    customer_id,
    told_of,
    received_on,
    load_no,
    is_question,
    inputs,
    source,
    feed,
    line_no,
    file_sha256
from standing
order by received_on, kind, record_key, customer_id
