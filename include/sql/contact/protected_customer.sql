-- protected_customer: customers whom a death, their age, a hold, a complaint, a request of theirs or
-- a withdrawal of consent protects, and those who dispute what they owe of one loan: that stops the
-- law alone.
--
-- What protects the person, not one loan of his, must hold under any other number he has; so does a
-- dispute of all that he owes. A plan, a promise, a disputed amount and one that the core denies are
-- about one loan, while it is active: of one that has ended they are about what it went on as, which
-- may be under the other number. A complaint is of the person.
--
-- grain   one row per customer and fact
-- reads   known_death, known_birth, come_of_age, active_hold, effective_privacy_request,
--         standing_withdrawal, standing_dispute, told_load
-- write   view

select
    customer_id,
    'deceased' as protection,
    received_on,
    load_no,
    true as stops_contact
from known_death

union all

select
    customer_id,
    hold_kind as protection,
    received_on,
    load_no,
    true as stops_contact
from active_hold
where
    hold_kind not in ('approved_plan', 'promise_to_pay', 'amount_disputed', 'unclear_core')
    or loan_id is null

union all

select
    customer_id,
    request_kind as protection,
    received_on,
    load_no,
    true as stops_contact
from effective_privacy_request
where request_kind in ('deletion', 'restriction', 'channel_opt_out')

union all

select
    customer_id,
    'withdrawal' as protection,
    received_on,
    load_no,
    true as stops_contact
from standing_withdrawal

union all

select
    known_birth.customer_id,
    'minor' as protection,
    known_birth.received_on,
    known_birth.load_no,
    true as stops_contact
from known_birth
inner join come_of_age
    on known_birth.birth_on > come_of_age.born_by

union all

select
    standing_dispute.customer_id,
    'amount_disputed' as protection,
    standing_dispute.received_on,
    coalesce(told_load.load_no, 0) as load_no,
    false as stops_contact
from standing_dispute
left join told_load
    on
        told_load.feed = 'overdue_reason'
        and standing_dispute.received_on = told_load.received_on
