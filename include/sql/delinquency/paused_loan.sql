-- paused_loan: loans that are paused at the moment of contact, with the pause that has lasted
-- longest.
--
-- A doubtful pause counts, one that is about a loan that had ended for every loan of its debtor
-- that has not, under every customer number: nobody knows which of them it means. One that ends on
-- its first day was taken back.
--
-- grain   loan_id
-- reads   judged_pause, current_loan, contact_moment, one_person
-- write   view

with

debtors as (

    select distinct
        customer_id,
        customer_id as other_customer_id
    from judged_pause
    where is_of_person

    union

    select
        judged_pause.customer_id,
        one_person.customer_id as other_customer_id
    from judged_pause
    inner join one_person
        on judged_pause.customer_id = one_person.other_customer_id
    where
        judged_pause.is_of_person
        and not one_person.is_told_apart

),

told as (

    select
        pause_id,
        loan_id,
        pause_reason,
        is_doubtful,
        starts_on,
        ends_on
    from judged_pause

    union all

    select
        judged_pause.pause_id,
        current_loan.loan_id,
        judged_pause.pause_reason,
        judged_pause.is_doubtful,
        judged_pause.starts_on,
        judged_pause.ends_on
    from judged_pause
    inner join debtors
        on judged_pause.customer_id = debtors.customer_id
    inner join current_loan
        on
            debtors.other_customer_id = current_loan.customer_id
            and judged_pause.loan_id <> current_loan.loan_id
    where
        judged_pause.is_of_person
        and current_loan.loan_status = 'active'

),

lasting as (

    select
        told.loan_id,
        case when told.is_doubtful then 'doubtful ' else '' end
        || told.pause_reason as pause_reason,
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
