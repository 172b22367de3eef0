-- active_hold: what pauses contact at the moment of contact: holds, complaints that are open, plans
-- that were approved, promises whose day has not come, refused rows that may have restricted,
-- codes of a registry that nobody can read, claims that are another's now, what of a court nobody
-- can tell the meaning of, and what was told and then taken back by silence.
--
-- All last from their first day up to the day before their end. A complaint pauses from the day it
-- is known of, whatever time it was received at. What contradicts itself (a hold that ends before
-- it starts; a complaint that is open and has an end, was closed before it was received, or was
-- decided without a date) is doubtful, and holds until a corrected row comes or a person releases
-- it. A refused row holds the customer whom it names whatever its dates are, for nobody knows what
-- it meant; one that a claim rests on holds its loan. What names a loan of another debtor holds the
-- customer it names, and that loan too.
--
-- A loan that is named limits a hold where its rule lets it, and only while the loan is active: one
-- that has ended may go on under another number. What was told of courts is always of its one loan.
--
-- grain   origin, hold_id, customer_id
-- reads   current_hold, current_complaint, current_loan, approved_plan, open_promise, unclear_row,
--         unclear_status, taken_back_restriction, standing_release, told_load, contact_check_rule,
--         contact_moment, court_notice
-- write   view

with

told as (

    select
        'hold' as origin,
        hold_id,
        customer_id,
        loan_id,
        hold_kind,
        starts_on,
        ends_on,
        received_on,
        coalesce(ends_on < starts_on, false) as is_doubtful
    from current_hold

    union all

    select
        'complaint' as origin,
        complaint_id as hold_id,
        customer_id,
        loan_id,
        'complaint' as hold_kind,
        least(cast(received_at as date), received_on) as starts_on,
        closed_on as ends_on,
        received_on,
        case
            when complaint_state in ('received', 'in_progress') then closed_on is not null
            else closed_on is null or closed_on < cast(received_at as date)
        end as is_doubtful
    from current_complaint

    union all

    select
        'legal_event' as origin,
        event_id as hold_id,
        customer_id,
        loan_id,
        case when effect = 'suspends' then 'assigned_claim' else 'unclear_court' end as hold_kind,
        happened_on as starts_on,
        cast(null as date) as ends_on,
        received_on,
        effect = 'unclear' as is_doubtful
    from court_notice
    where effect in ('suspends', 'unclear')

),

lasting as (

    select
        case when told.is_doubtful then 'doubtful_' || told.origin else told.origin end as origin,
        told.hold_id,
        told.customer_id,
        told.loan_id,
        told.hold_kind,
        case
            when told.is_doubtful then least(told.starts_on, told.ends_on, told.received_on)
            else told.starts_on
        end as starts_on,
        case when not told.is_doubtful then told.ends_on end as ends_on,
        told.received_on,
        coalesce(told_load.load_no, 0) as load_no
    from told
    left join told_load
        on
            told.origin = told_load.feed
            and told.received_on = told_load.received_on
    left join standing_release
        on
            told.customer_id = standing_release.customer_id
            and standing_release.kind = 'doubtful_hold'
            and told.received_on <= standing_release.released_on
            and coalesce(told_load.load_no, 0) <= standing_release.known_load_no
    where
        not told.is_doubtful
        or standing_release.customer_id is null

    union all

    select
        feed as origin,
        request_id as hold_id,
        customer_id,
        loan_id,
        'approved_plan' as hold_kind,
        approved_on as starts_on,
        cast(null as date) as ends_on,
        received_on,
        load_no
    from approved_plan

    union all

    select
        'promise' as origin,
        promise_id as hold_id,
        customer_id,
        loan_id,
        'promise_to_pay' as hold_kind,
        starts_on,
        ends_on,
        received_on,
        load_no
    from open_promise

),

of_the_person as (

    select distinct subject as hold_kind
    from contact_check_rule
    where
        check_name = 'no_hold'
        and whole_person

),

scoped as (

    select
        lasting.origin,
        lasting.hold_id,
        lasting.customer_id,
        lasting.loan_id as named_loan_id,
        case
            when lasting.hold_kind in ('assigned_claim', 'unclear_court') then lasting.loan_id
            when of_the_person.hold_kind is null and current_loan.loan_status = 'active'
                then lasting.loan_id
        end as loan_id,
        lasting.hold_kind,
        lasting.starts_on,
        lasting.ends_on,
        lasting.received_on,
        lasting.load_no
    from lasting
    left join of_the_person
        on lasting.hold_kind = of_the_person.hold_kind
    left join current_loan
        on lasting.loan_id = current_loan.loan_id

),

strangers as (

    -- A loan of somebody else is named: one of the two names is wrong, and nobody knows which.
    select
        scoped.origin,
        scoped.hold_id,
        current_loan.customer_id as debtor_id
    from scoped
    inner join current_loan
        on scoped.named_loan_id = current_loan.loan_id
    where scoped.customer_id <> current_loan.customer_id

),

protecting as (

    select
        scoped.origin,
        scoped.hold_id,
        scoped.customer_id,
        case when strangers.debtor_id is null then scoped.loan_id end as loan_id,
        scoped.hold_kind,
        scoped.starts_on,
        scoped.ends_on,
        scoped.received_on,
        scoped.load_no
    from scoped
    left join strangers
        on
            scoped.origin = strangers.origin
            and scoped.hold_id = strangers.hold_id

    union all

    select
        scoped.origin,
        scoped.hold_id,
        strangers.debtor_id as customer_id,
        scoped.loan_id,
        scoped.hold_kind,
        scoped.starts_on,
        scoped.ends_on,
        scoped.received_on,
        scoped.load_no
    from scoped
    inner join strangers
        on
            scoped.origin = strangers.origin
            and scoped.hold_id = strangers.hold_id

)

select
    protecting.origin,
    protecting.hold_id,
    protecting.customer_id,
    protecting.loan_id,
    protecting.hold_kind,
    protecting.starts_on,
    protecting.ends_on,
    protecting.received_on,
    protecting.load_no
from protecting
inner join contact_moment
    on
        protecting.starts_on <= contact_moment.contact_on
        and (protecting.ends_on is null or protecting.ends_on > contact_moment.contact_on)

union all

select
    'quarantine' as origin,
    unclear_row.feed
    || ' ' || cast(unclear_row.business_date as varchar)
    || ' line ' || cast(unclear_row.line_no as varchar) as hold_id,
    unclear_row.customer_id,
    unclear_row.loan_id,
    unclear_row.hold_kind,
    unclear_row.business_date as starts_on,
    cast(null as date) as ends_on,
    unclear_row.business_date as received_on,
    coalesce(told_load.load_no, 0) as load_no
from unclear_row
left join told_load
    on
        unclear_row.feed = told_load.feed
        and unclear_row.business_date = told_load.received_on
where unclear_row.customer_id is not null

union all

select
    'taken_back' as origin,
    feed
    || ' ' || cast(received_on as varchar)
    || ' line ' || cast(line_no as varchar)
    || case when happened = 'left_out' then ' left out' else ' told otherwise' end as hold_id,
    customer_id,
    cast(null as varchar) as loan_id,
    'taken_back' as hold_kind,
    min(starts_on) as starts_on,
    cast(null as date) as ends_on,
    received_on,
    max(load_no) as load_no
from taken_back_restriction
group by feed, received_on, line_no, happened, customer_id

union all

select
    'registry' as origin,
    institution_id || ' ' || cast(effective_on as varchar) as hold_id,
    customer_id,
    cast(null as varchar) as loan_id,
    'unclear_status' as hold_kind,
    received_on as starts_on,
    cast(null as date) as ends_on,
    received_on,
    load_no
from unclear_status
