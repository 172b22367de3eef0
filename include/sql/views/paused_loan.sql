-- paused_loan: loans that are paused at the moment of contact, with the pause that has lasted longest.
--
-- A pause that ends before it starts is doubtful: nobody knows whether the loan is paused, so it
-- is, until a corrected row comes or a person releases it for whoever owes it now. One that ends on its first day was
-- taken back.
--
-- grain   loan_id
-- reads   current_pause, current_loan, standing_release, told_load, contact_moment
-- write   view

with

released as (

    select
        current_loan.loan_id,
        standing_release.released_on,
        standing_release.known_load_no
    from standing_release
    inner join current_loan
        on standing_release.customer_id = current_loan.customer_id
    where standing_release.kind = 'doubtful_hold'

),

told as (

    select
        pause_id,
        loan_id,
        pause_reason,
        starts_on,
        ends_on,
        received_on
    from current_pause
    where
        ends_on is null
        or ends_on >= starts_on

    union all

    select
        current_pause.pause_id,
        current_pause.loan_id,
        'doubtful ' || current_pause.pause_reason as pause_reason,
        least(current_pause.ends_on, current_pause.received_on) as starts_on,
        cast(null as date) as ends_on,
        current_pause.received_on
    from current_pause
    left join told_load
        on
            told_load.feed = 'pause'
            and current_pause.received_on = told_load.received_on
    left join released
        on
            current_pause.loan_id = released.loan_id
            and current_pause.received_on <= released.released_on
            and coalesce(told_load.load_no, 0) <= released.known_load_no
    where
        current_pause.ends_on < current_pause.starts_on
        and released.loan_id is null

),

lasting as (

    select
        told.loan_id,
        told.pause_reason,
        told.starts_on,
        row_number() over (
            partition by told.loan_id
            order by told.starts_on, told.pause_id
        ) as pause_rank
    from told
    inner join contact_moment
        on
            told.starts_on <= contact_moment.contact_on
            and (told.ends_on is null or told.ends_on > contact_moment.contact_on)

)

select
    loan_id,
    pause_reason,
    starts_on as paused_since
from lasting
where pause_rank = 1
