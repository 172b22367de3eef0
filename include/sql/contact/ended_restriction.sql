-- ended_restriction: protections that stand no more and that a row has ended in words, or protects
-- as widely in their place.
--
-- A row speaks for an earlier one if it is of the same customer and kind and at least as wide, and
-- has begun; its end is then the end. A doubtful plan is mended by a row of the same customer and
-- loan that is not. A consent that is given after a withdrawal ends it.
--
-- grain   feed, record_key, received_on, left_out_no
-- reads   missing_restriction, spoken_restriction, consent, consent_change, contact_moment
-- write   view

with

given as (

    select
        customer_id,
        purpose,
        granted_on,
        received_on
    from consent
    where
        withdrawn_on is null
        and received_on <= cast($known_on as date)

    union all

    select
        customer_id,
        purpose,
        changed_on as granted_on,
        received_on
    from consent_change
    where
        change_kind = 'given'
        and received_on <= cast($known_on as date)

)

select distinct
    missing.feed,
    missing.record_key,
    missing.received_on,
    coalesce(missing.left_out_no, 0) as left_out_no
from missing_restriction as missing
inner join spoken_restriction as later
    on
        missing.feed = later.feed
        and missing.record_key = later.record_key
        and missing.customer_id = later.customer_id
        and (
            (
                missing.aspect = later.aspect
                and (later.scope is null or missing.scope = later.scope)
                and later.can_end
            )
            or (missing.aspect = 'doubtful_plan' and missing.aspect <> later.aspect)
        )
        and (later.loan_id is null or missing.loan_id = later.loan_id)
inner join contact_moment
    on
        later.starts_on <= contact_moment.contact_on
        or missing.starts_on >= later.starts_on
        or missing.aspect = 'doubtful_plan'
where
    missing.received_on < later.received_on
    or (
        missing.received_on = later.received_on
        and missing.left_out_no is not null
        and (later.left_out_no is null or missing.left_out_no < later.left_out_no)
    )

union

-- A hold that came back to the kind it had at first speaks for the other kind in between, too.
select distinct
    missing.feed,
    missing.record_key,
    missing.received_on,
    coalesce(missing.left_out_no, 0) as left_out_no
from missing_restriction as missing
inner join spoken_restriction as first_told
    on
        missing.feed = first_told.feed
        and missing.record_key = first_told.record_key
        and missing.customer_id = first_told.customer_id
        and (
            missing.received_on > first_told.received_on
            or (
                missing.received_on = first_told.received_on
                and coalesce(missing.left_out_no, first_told.left_out_no + 1)
                > first_told.left_out_no
            )
        )
inner join spoken_restriction as later
    on
        missing.feed = later.feed
        and missing.record_key = later.record_key
        and missing.customer_id = later.customer_id
        and missing.received_on < later.received_on
        and first_told.aspect = later.aspect
        and (later.loan_id is null or missing.loan_id = later.loan_id)
        and (later.loan_id is null or first_told.loan_id = later.loan_id)
        and later.can_end
inner join contact_moment
    on later.starts_on <= contact_moment.contact_on
where missing.feed = 'hold'

union

-- Said by the consent itself: it was given again after the withdrawal, on a day that has come.
select distinct
    missing.feed,
    missing.record_key,
    missing.received_on,
    coalesce(missing.left_out_no, 0) as left_out_no
from missing_restriction as missing
inner join given
    on
        missing.customer_id = given.customer_id
        and missing.scope = given.purpose
        and missing.starts_on < given.granted_on
        and missing.received_on <= given.received_on
inner join contact_moment
    on given.granted_on <= contact_moment.business_date
where missing.aspect = 'consent_withdrawal'
