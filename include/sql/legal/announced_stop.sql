-- announced_stop: holds and pauses that are known and begin after the moment of contact.
--
-- They stop nothing yet; whoever decides on a suit is told of them. One that ends before it starts
-- is doubtful, and one that starts further ahead than anybody announces, so both count already. A
-- hold is told of the person, and of the loan that it names, whoever owes it.
--
-- grain   customer_id, loan_id
-- reads   current_hold, current_pause, contact_moment
-- write   view

with

holds as (

    select
        current_hold.customer_id,
        current_hold.loan_id,
        'hold ' || current_hold.hold_kind as kind,
        cast(current_hold.starts_on as varchar) as since
    from current_hold
    inner join contact_moment
        on current_hold.starts_on > contact_moment.contact_on
    where
        current_hold.ends_on is null
        or current_hold.ends_on > current_hold.starts_on

),

announced as (

    select
        customer_id,
        cast(null as varchar) as loan_id,
        kind || ' from ' || since as what
    from holds

    union

    select
        cast(null as varchar) as customer_id,
        loan_id,
        kind || ' of this loan from ' || since as what
    from holds
    where loan_id is not null

    union

    select
        cast(null as varchar) as customer_id,
        current_pause.loan_id,
        'pause ' || current_pause.pause_reason || ' from '
        || cast(current_pause.starts_on as varchar) as what
    from current_pause
    inner join contact_moment
        on current_pause.starts_on > contact_moment.contact_on
    where
        current_pause.ends_on is null
        or current_pause.ends_on > current_pause.starts_on

)

select
    customer_id,
    loan_id,
    string_agg(what, '; ' order by what) as told
from announced
group by customer_id, loan_id
