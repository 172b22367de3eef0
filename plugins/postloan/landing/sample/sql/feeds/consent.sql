-- consent: most customers agreed to most things; some never did, some changed their mind.

with

asked as (

    select
        customer_no,
        since,
        customer_group,
        unnest([1, 2, 3, 4]) as purpose_no
    from borrower

),

answered as (

    select
        *,
        ['bureau_query', 'registry_query', 'share_with_vendor', 'marketing'][purpose_no] as purpose,
        draw_for('agrees', customer_no, purpose_no)
        < [0.93, 0.90, 0.70, 0.40][purpose_no] as has_agreed,
        case
            when draw_for('withdraws', customer_no, purpose_no) < 0.03
                then getvariable('opening')
                    + whole(draw_for('withdraws on', customer_no, purpose_no), -300, 300)
        end as second_thoughts_on
    from asked

),

consents as (

    select
        *,
        case when second_thoughts_on > since then second_thoughts_on end as withdrawn_on
    from answered
    -- Only students are looked up in the registry.
    where has_agreed and (purpose <> 'registry_query' or customer_group = 'student')

),

moments as (

    select
        *,
        greatest(since, getvariable('opening')) as known_on
    from consents

    union all

    select
        *,
        withdrawn_on as known_on
    from consents
    where withdrawn_on > getvariable('opening') and withdrawn_on <= getvariable('last_date')

)

select
    known_on,
    'S' || digits(customer_no, 8) || '-' || purpose_no::varchar as consent_id,
    customer_ref(customer_no) as customer_id,
    purpose,
    case
        when draw_for('consent kind', customer_no, purpose_no) < 0.92 then 'separate'
        else 'general'
    end as consent_kind,
    since as granted_on,
    case when known_on >= withdrawn_on then withdrawn_on end as withdrawn_on
from moments
