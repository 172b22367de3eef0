-- judged_pause: pauses, and which of them are doubtful: no ordinary pause is told so.
--
-- One that ends before it starts may be none or may last, one that starts further ahead than the
-- rule lets a pause be announced may have begun already, one whose end was told long after it came
-- may be of another year, and one that starts after its loan has ended is about what the loan goes
-- on as, whatever its number, or the debtor's (`one_person`). Each counts from the day it is known
-- of, the last for all loans of the debtor, until a corrected row comes or a person releases it for
-- whoever owes the loan now; then the first is none and the others are what they say.
--
-- grain   pause_id
-- reads   current_pause, current_loan, loan, contact_check_rule, standing_release, told_load,
--         contact_moment, late_end, one_person
-- write   view

with

ended_loan as (

    select
        current_pause.pause_id,
        current_loan.customer_id,
        current_loan.loan_id,
        least(current_loan.status_on, current_loan.received_on) as ended_on,
        current_pause.starts_on
    from current_pause
    inner join current_loan
        on current_pause.loan_id = current_loan.loan_id
    where
        current_loan.loan_status <> 'active'
        and coalesce(
            current_pause.ends_on > least(current_loan.status_on, current_loan.received_on), true
        )

),

ended as (

    select
        pause_id,
        customer_id,
        loan_id,
        ended_on,
        starts_on
    from ended_loan

    union

    select
        ended_loan.pause_id,
        one_person.customer_id,
        ended_loan.loan_id,
        ended_loan.ended_on,
        ended_loan.starts_on
    from ended_loan
    inner join one_person
        on ended_loan.customer_id = one_person.other_customer_id
    where not one_person.is_told_apart

),

first_told as (

    select
        loan.loan_id,
        min(loan.received_on) as received_on
    from loan
    inner join current_loan
        on loan.loan_id = current_loan.loan_id
    inner join ended
        on current_loan.customer_id = ended.customer_id
    group by loan.loan_id

),

-- One that was paid out well after the end of the other is a new loan, and no other number of it.
gone_on as (

    select distinct ended.pause_id
    from ended
    inner join first_told as ended_told
        on ended.loan_id = ended_told.loan_id
    inner join current_loan
        on
            ended.customer_id = current_loan.customer_id
            and current_loan.loan_status = 'active'
    inner join first_told
        on
            current_loan.loan_id = first_told.loan_id
            and ended_told.received_on < first_told.received_on
            and ended.starts_on < first_told.received_on
    left join contact_check_rule
        on contact_check_rule.check_name = 'not_paused'
    where
        not coalesce(
            current_loan.disbursed_on > ended.ended_on + contact_check_rule.most_days_late
            and current_loan.disbursed_on <= first_told.received_on,
            false
        )

),

judged as (

    select
        current_pause.pause_id,
        current_pause.loan_id,
        current_loan.customer_id,
        current_pause.pause_reason,
        current_pause.starts_on,
        current_pause.ends_on,
        current_pause.received_on,
        contact_moment.contact_on,
        coalesce(told_load.load_no, 0) as load_no,
        coalesce(current_pause.ends_on < current_pause.starts_on, false) as contradicts,
        coalesce(
            current_pause.starts_on
            > current_pause.received_on + contact_check_rule.most_days_ahead,
            false
        )
        and current_pause.starts_on > contact_moment.contact_on
        or late_end.feed is not null as is_misdated,
        current_loan.loan_status <> 'active'
        and (
            gone_on.pause_id is not null
            or coalesce(current_pause.starts_on >= current_loan.status_on, true)
        )
        and coalesce(current_pause.ends_on <> current_pause.starts_on, true) as is_of_ended_loan
    from current_pause
    cross join contact_moment
    left join late_end
        on
            late_end.feed = 'pause'
            and current_pause.pause_id = late_end.record_key
            and current_pause.ends_on = late_end.ends_on
    left join current_loan
        on current_pause.loan_id = current_loan.loan_id
    left join gone_on
        on current_pause.pause_id = gone_on.pause_id
    left join contact_check_rule
        on contact_check_rule.check_name = 'not_paused'
    left join told_load
        on
            told_load.feed = 'pause'
            and current_pause.received_on = told_load.received_on

)

select
    judged.pause_id,
    judged.loan_id,
    judged.customer_id,
    judged.pause_reason,
    judged.received_on,
    judged.load_no,
    (judged.contradicts or judged.is_misdated or coalesce(judged.is_of_ended_loan, false))
    and standing_release.kind is null as is_doubtful,
    coalesce(judged.is_of_ended_loan, false) and standing_release.kind is null as is_of_person,
    case
        when (judged.contradicts or judged.is_misdated) and standing_release.kind is null
            then least(judged.starts_on, judged.received_on, judged.contact_on)
        else judged.starts_on
    end as starts_on,
    case
        when not (judged.contradicts or judged.is_misdated) or standing_release.kind is not null
            then judged.ends_on
    end as ends_on
from judged
left join standing_release
    on
        judged.customer_id = standing_release.customer_id
        and standing_release.kind = 'doubtful_hold'
        and standing_release.record_key = 'pause ' || judged.pause_id
        and judged.received_on <= standing_release.released_on
        and judged.load_no <= standing_release.known_load_no
where
    not judged.contradicts
    or standing_release.kind is null
