-- emergency_contact: none, one or two people per customer; a few have asked to be left alone.

with

contacts as (

    select
        customer_no,
        since,
        unnest(case
            when draw('contacts', customer_no) < 0.15 then []::integer[]
            when draw('contacts', customer_no) < 0.60 then [1]
            else [1, 2]
        end) as contact_no,
        customer_group
    from borrower

),

people as (

    select
        *,
        customer_no * 4 + contact_no as person_no,
        case
            when contact_no = 1 and customer_group = 'student' then 'parent'
            when contact_no = 1
                then pick(
                    ['spouse', 'spouse', 'parent', 'sibling', 'child'],
                    draw_for('relation', customer_no, contact_no)
                )
            else pick(
                ['friend', 'friend', 'colleague', 'sibling', 'other'],
                draw_for('relation', customer_no, contact_no)
            )
        end as relation,
        case
            when draw_for('opts out', customer_no, contact_no) < 0.05
                then getvariable('opening')
                    + whole(draw_for('opts out on', customer_no, contact_no), -300, 300)
        end as wish_on
    from contacts

),

refusals as (

    select
        *,
        case when wish_on > since then wish_on end as opted_out_on
    from people

),

moments as (

    select
        *,
        greatest(since, getvariable('opening')) as known_on
    from refusals

    union all

    select
        *,
        opted_out_on as known_on
    from refusals
    where opted_out_on > getvariable('opening') and opted_out_on <= getvariable('last_date')

)

select
    known_on,
    customer_ref(customer_no) as customer_id,
    contact_no,
    full_name('contact', person_no, draw('contact gender', person_no) < 0.5) as contact_name,
    relation,
    case
        when draw('contact phone missing', person_no) >= 0.03
            then phone_number('contact phone', person_no)
    end as phone,
    case when known_on >= opted_out_on then opted_out_on end as opted_out_on
from moments
