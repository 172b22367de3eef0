-- check_no_hold: does a hold on the customer, or on the one loan of the candidate, last today? A
-- complaint that is open is one.
--
-- Holds on single loans have been left out of messages and calls before this check.
--
-- grain   queue, candidate_key, subject
-- reads   contact_check_due, active_hold
-- write   view

with

holds as (

    select
        due.queue,
        due.candidate_key,
        due.subject,
        active_hold.origin,
        -- A hold is found by its customer; a row that is refused or gone by where it stands, and
        -- what the core says of a loan by its amount and ours.
        min(case active_hold.origin
            when 'quarantine' then 'refused row of ' || active_hold.hold_id
            when 'taken_back' then 'taken back: ' || active_hold.hold_id
            when 'doubtful_loan_position' then 'core banking says ' || active_hold.hold_id
        end) as row_place,
        min(active_hold.starts_on) as starts_on
    from contact_check_due as due
    inner join active_hold
        on
            due.customer_id = active_hold.customer_id
            and due.subject = active_hold.hold_kind
            and (active_hold.loan_id is null or due.loan_id = active_hold.loan_id)
    where due.check_name = 'no_hold'
    group by due.queue, due.candidate_key, due.subject, active_hold.origin

)

select
    queue,
    candidate_key,
    subject,
    'hold_' || subject as reason,
    string_agg(
        coalesce(row_place, origin || ' since ' || cast(starts_on as varchar)), '; '
        order by origin
    ) as inputs
from holds
group by queue, candidate_key, subject
