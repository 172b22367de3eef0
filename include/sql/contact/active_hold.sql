-- active_hold: what pauses contact at the moment of contact: holds, complaints that are open, plans
-- that were approved, promises whose day has not come, refused rows that may have restricted,
-- codes of a registry that nobody can read, claims that are another's now, what of a court nobody
-- can tell the meaning of, amounts that are disputed and not answered, amounts that core banking says
-- are not owed, objections of contact persons whom nobody knows, and what was told and then taken
-- back by silence.
--
-- All last from their first day up to the day before their end. A complaint pauses from the day it
-- is known of, whatever time it was received at. What contradicts itself (a hold that ends before
-- it starts; a complaint that is open and has an end, was closed before it was received or further
-- ahead than the rule lets anything be announced, or was decided without a date; a plan or an
-- extension that nobody decided and that has the day of a decision, or one that was not approved
-- and grants something) is doubtful, and so is, until it starts, a hold that starts further ahead
-- than the rule lets one be announced, one that is limited to a loan that has ended, which may go
-- on under another number, and one whose end was told long after it came. It holds the person until
-- a corrected row comes or a person releases that one: one that contradicts itself is none then,
-- the others hold as they were told. A refused row holds the customer whom it names whatever its
-- dates are, for nobody knows what it meant; one that a claim rests on holds its loan. What names a
-- loan of another debtor holds the customer it names (`told_of`), and that loan too.
--
-- A loan that is named limits a hold where its rule lets it, and only while the loan is active.
-- What was told of courts is always of its one loan. A disputed amount is of what the dispute is
-- about, and holds whenever it was said: an episode later nobody has answered it either.
--
-- grain   origin, hold_id, customer_id; of a dispute also the loan
-- reads   told_hold, current_loan, unclear_row, unclear_status, taken_back_restriction,
--         standing_release, told_load, contact_check_rule, contact_moment, late_end,
--         standing_dispute
-- write   view

with

kinds as (

    select
        subject as hold_kind,
        whole_person,
        most_days_ahead
    from contact_check_rule
    where check_name = 'no_hold'

),

judged as (

    select
        told.origin,
        told.hold_id,
        told.customer_id,
        told.loan_id,
        told.hold_kind,
        told.starts_on,
        told.ends_on,
        told.received_on,
        told.contradicts
        or coalesce(
            told.origin = 'complaint' and told.ends_on > told.received_on + kinds.most_days_ahead,
            false
        ) as contradicts,
        coalesce(told.load_no, told_load.load_no, 0) as load_no,
        coalesce(told.starts_on > told.received_on + kinds.most_days_ahead, false)
        and told.starts_on > contact_moment.contact_on as is_far_ahead,
        late_end.feed is not null as is_late,
        coalesce(kinds.whole_person, false) as is_of_person,
        coalesce(current_loan.loan_status = 'active', false) as is_active,
        coalesce(current_loan.customer_id, told.customer_id) as debtor_id
    from told_hold as told
    cross join contact_moment
    left join told_load
        on
            told.origin = told_load.feed
            and told.received_on = told_load.received_on
    left join late_end
        on
            told.origin = late_end.feed
            and told.hold_id = late_end.record_key
            and told.ends_on = late_end.ends_on
    left join kinds
        on told.hold_kind = kinds.hold_kind
    left join current_loan
        on told.loan_id = current_loan.loan_id

),

doubted as (

    select
        origin,
        hold_id,
        customer_id,
        loan_id,
        hold_kind,
        starts_on,
        ends_on,
        received_on,
        load_no,
        contradicts,
        contradicts or is_far_ahead or is_late as is_misdated,
        contradicts or is_far_ahead or is_late or (
            origin = 'hold' and loan_id is not null and not is_active and not is_of_person
        ) as is_doubtful,
        is_of_person,
        is_active,
        debtor_id
    from judged

),

scoped as (

    select
        doubted.hold_id,
        doubted.customer_id,
        doubted.debtor_id,
        doubted.hold_kind,
        doubted.received_on,
        doubted.load_no,
        case
            when doubted.is_doubtful and standing_release.kind is null
                then 'doubtful_' || doubted.origin
            else doubted.origin
        end as origin,
        case
            when doubted.origin = 'legal_event' then doubted.loan_id
            when
                not doubted.is_of_person
                and (doubted.is_active or standing_release.kind is not null)
                then doubted.loan_id
        end as loan_id,
        case
            when doubted.is_misdated and standing_release.kind is null
                then least(doubted.starts_on, doubted.received_on, contact_moment.contact_on)
            else doubted.starts_on
        end as starts_on,
        case
            when not doubted.is_misdated or standing_release.kind is not null
                then doubted.ends_on
        end as ends_on
    from doubted
    cross join contact_moment
    left join standing_release
        on
            doubted.is_doubtful
            and doubted.customer_id = standing_release.customer_id
            and standing_release.kind = 'doubtful_hold'
            and standing_release.record_key = doubted.origin || ' ' || doubted.hold_id
            and doubted.received_on <= standing_release.released_on
            and doubted.load_no <= standing_release.known_load_no
    where
        not doubted.contradicts
        or standing_release.kind is null

),

protecting as (

    -- A loan of somebody else is named: one of the two names is wrong, and nobody knows which.
    select
        origin,
        hold_id,
        customer_id,
        customer_id as told_of,
        case when customer_id = debtor_id then loan_id end as loan_id,
        hold_kind,
        starts_on,
        ends_on,
        received_on,
        load_no
    from scoped

    union all

    select
        origin,
        hold_id,
        debtor_id as customer_id,
        customer_id as told_of,
        loan_id,
        hold_kind,
        starts_on,
        ends_on,
        received_on,
        load_no
    from scoped
    where customer_id <> debtor_id

)

select
    protecting.origin,
    protecting.hold_id,
    protecting.customer_id,
    protecting.told_of,
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
    unclear_row.customer_id as told_of,
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
    customer_id as told_of,
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
    customer_id as told_of,
    cast(null as varchar) as loan_id,
    'unclear_status' as hold_kind,
    received_on as starts_on,
    cast(null as date) as ends_on,
    received_on,
    load_no
from unclear_status

union all

select
    'overdue_reason' as origin,
    standing_dispute.reason_id as hold_id,
    standing_dispute.customer_id,
    standing_dispute.customer_id as told_of,
    standing_dispute.loan_id,
    'amount_disputed' as hold_kind,
    min(standing_dispute.received_on) as starts_on,
    cast(null as date) as ends_on,
    min(standing_dispute.received_on) as received_on,
    max(coalesce(told_load.load_no, 0)) as load_no
from standing_dispute
left join told_load
    on
        told_load.feed = 'overdue_reason'
        and standing_dispute.received_on = told_load.received_on
group by
    standing_dispute.reason_id, standing_dispute.customer_id, standing_dispute.loan_id
