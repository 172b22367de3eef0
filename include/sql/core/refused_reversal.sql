-- refused_reversal: delivered reversals that can take nothing back, and why.
--
-- A reversal names a booking that is no reversal itself; it may come with it or after it. One that
-- names another loan than the booking, or a larger amount, is about something else: who has paid
-- stays paid. Of two reversals of one booking the first counts that is none of these.
--
-- grain   line_no
-- reads   staged_repayment, repayment
-- write   temporary

with

delivered as (

    select
        repayment_id,
        loan_id,
        amount,
        reverses_id,
        line_no
    from staged_repayment

),

sent as (

    select
        repayment_id,
        loan_id,
        amount,
        reverses_id,
        line_no
    from delivered
    where reverses_id is not null

),

touched as (

    select reverses_id as repayment_id
    from sent

    union distinct

    select other.repayment_id
    from repayment as other
    inner join sent
        on other.reverses_id = sent.reverses_id
    where other.received_on < cast($business_date as date)

),

versions as (

    select
        earlier.repayment_id,
        earlier.loan_id,
        earlier.amount,
        earlier.reverses_id,
        row_number() over (
            partition by earlier.repayment_id
            order by earlier.received_on desc
        ) as version_rank
    from repayment as earlier
    inner join touched
        on earlier.repayment_id = touched.repayment_id
    where
        earlier.received_on < cast($business_date as date)
        and earlier.booking_part <> 2

),

-- What is known beside the lines of this delivery, which count in place of earlier ones.
known as (

    select
        versions.repayment_id,
        versions.loan_id,
        versions.amount,
        versions.reverses_id,
        true as is_earlier
    from versions
    left join delivered
        on versions.repayment_id = delivered.repayment_id
    where
        versions.version_rank = 1
        and delivered.repayment_id is null

    union all

    select
        repayment_id,
        loan_id,
        amount,
        reverses_id,
        false as is_earlier
    from delivered

),

others as (

    select distinct sent.line_no
    from sent
    inner join known
        on
            sent.reverses_id = known.repayment_id
            and known.reverses_id is null
    where
        sent.loan_id <> known.loan_id
        or sent.amount > known.amount

),

in_turn as (

    select
        sent.line_no,
        row_number() over (
            partition by sent.reverses_id
            order by sent.line_no
        ) as turn
    from sent
    left join others
        on sent.line_no = others.line_no
    where others.line_no is null

),

judged as (

    select
        sent.line_no,
        case
            when not exists (
                select 1
                from known
                where
                    known.repayment_id = sent.reverses_id
                    and known.reverses_id is null
            ) then 'orphan_reversal'
            when others.line_no is not null then 'other_reversal'
            when in_turn.turn > 1 then 'already_reversed'
            when exists (
                select 1
                from known
                where
                    known.reverses_id = sent.reverses_id
                    and known.is_earlier
            ) then 'already_reversed'
        end as reason
    from sent
    left join others
        on sent.line_no = others.line_no
    left join in_turn
        on sent.line_no = in_turn.line_no

)

select
    line_no,
    reason
from judged
where reason is not null
