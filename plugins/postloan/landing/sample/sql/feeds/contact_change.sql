-- contact_change: whoever moves says so; of those in trouble the lender hears from others.
--
-- Only what is proved reaches the feed of the customers.

with

moves as (

    select
        customer_no,
        since,
        unnest(case
            when draw('new home', customer_no) < 0.5 then ['phone', 'address'] else ['phone']
        end) as contact_kind,
        0 as change_no,
        moved_on as changed_on,
        'customer' as reported_by,
        'verified' as outcome,
        moved_on as checked_on
    from borrower
    where moved_on is not null

),

slides as (

    select
        customer_no,
        min(slid_on) as slid_on
    from loan_book
    where outcome in ('stops', 'stays behind', 'cures late')
    group by customer_no

),

restless as (

    select
        borrower.customer_no,
        borrower.since,
        slides.slid_on,
        unnest(range(1, whole(draw('changes', borrower.customer_no), 2, 5)))::integer as change_no
    from borrower
    inner join slides
        on borrower.customer_no = slides.customer_no
    where draw('loses touch', borrower.customer_no) < 0.5

),

hints as (

    select
        customer_no,
        since,
        pick(
            ['phone', 'phone', 'email', 'address', 'emergency_contact'],
            draw_for('changed detail', customer_no, change_no)
        ) as contact_kind,
        change_no,
        slid_on + whole(draw_for('changed on', customer_no, change_no), -30, 50) as changed_on,
        pick(
            ['customer', 'staff', 'staff', 'system'],
            draw_for('told by', customer_no, change_no)
        ) as reported_by,
        case
            when draw_for('reached', customer_no, change_no) < 0.7 then 'unreachable'
        end as outcome,
        case
            when draw_for('reached', customer_no, change_no) < 0.7
                then changed_on + whole(draw_for('checked on', customer_no, change_no), 0, 9)
        end as checked_on
    from restless

),

changes as (

    select * from moves
    where
        case contact_kind
            when 'phone' then draw('no phone', customer_no) >= 0.02
            else draw('no address', customer_no) >= 0.05
        end

    union all

    select * from hints

),

moments as (

    select
        *,
        greatest(changed_on, getvariable('opening')) as known_on
    from changes

    union all

    select
        *,
        checked_on as known_on
    from changes
    where checked_on > getvariable('opening') and checked_on > changed_on

)

select
    known_on,
    'V' || digits(customer_no, 8) || '-' || change_no::varchar || left(contact_kind, 1) as change_id,
    customer_ref(customer_no) as customer_id,
    changed_on,
    contact_kind,
    reported_by,
    case when checked_on <= known_on then outcome else 'pending' end as verification,
    case when checked_on <= known_on then checked_on end as checked_on
from moments
where changed_on > since
