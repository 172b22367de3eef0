-- repayment: bookings as delivered, so that signed amounts add up to what was really paid.
--
-- booking_part 1 is the booking itself. Where an earlier delivery told of it already, part 2 takes
-- back what that one said. A reversal counts from the value date of what it takes back, for the
-- same loan and instalment, in full. Where a reversed booking is delivered anew, its reversal is
-- stated anew too: part 3, and part 2 for what it said before.
--
-- grain   repayment_id, booking_part
-- reads   staged_repayment, repayment, instalment
-- write   partition received_on

with

delivered as (

    select
        repayment_id,
        loan_id,
        instalment_no,
        paid_on,
        amount,
        payment_type,
        reverses_id,
        line_no
    from staged_repayment

),

touched as (

    select repayment_id
    from delivered

    union distinct

    select reverses_id as repayment_id
    from delivered
    where reverses_id is not null

    union distinct

    select reversal.repayment_id
    from repayment as reversal
    inner join delivered
        on reversal.reverses_id = delivered.repayment_id
    where reversal.received_on < cast($business_date as date)

),

versions as (

    select
        earlier.repayment_id,
        earlier.loan_id,
        earlier.instalment_no,
        earlier.paid_on,
        earlier.amount,
        earlier.payment_type,
        earlier.reverses_id,
        earlier.instalment_due_on,
        earlier.effective_on,
        earlier.signed_amount,
        row_number() over (
            partition by earlier.repayment_id
            order by earlier.received_on desc, earlier.booking_part asc
        ) as version_rank
    from repayment as earlier
    inner join touched
        on earlier.repayment_id = touched.repayment_id
    where
        earlier.received_on < cast($business_date as date)
        and earlier.booking_part <> 2

),

-- What the deliveries before this one say, one row per booking.
believed as (

    select
        versions.repayment_id,
        versions.loan_id,
        versions.instalment_no,
        versions.paid_on,
        versions.amount,
        versions.payment_type,
        versions.reverses_id,
        versions.instalment_due_on,
        versions.effective_on,
        versions.signed_amount,
        coalesce(again.line_no, original.line_no) as line_no,
        again.repayment_id is not null as is_delivered_again,
        again.repayment_id is null and original.repayment_id is not null as is_reversal_to_restate
    from versions
    left join delivered as again
        on versions.repayment_id = again.repayment_id
    left join delivered as original
        on versions.reverses_id = original.repayment_id
    where versions.version_rank = 1

),

schedules as (

    select
        instalment.loan_id,
        instalment.instalment_no,
        instalment.due_on,
        row_number() over (
            partition by instalment.loan_id, instalment.instalment_no
            order by instalment.received_on desc
        ) as version_rank
    from instalment
    where
        instalment.received_on <= cast($business_date as date)
        and exists (
            select 1
            from delivered
            where
                delivered.loan_id = instalment.loan_id
                and delivered.instalment_no = instalment.instalment_no
        )

),

payments as (

    select
        delivered.repayment_id,
        delivered.loan_id,
        delivered.instalment_no,
        delivered.paid_on,
        delivered.amount,
        delivered.payment_type,
        delivered.reverses_id,
        schedules.due_on as instalment_due_on,
        delivered.paid_on as effective_on,
        delivered.amount as signed_amount,
        1 as booking_part,
        delivered.line_no
    from delivered
    left join schedules
        on
            delivered.loan_id = schedules.loan_id
            and delivered.instalment_no = schedules.instalment_no
            and schedules.version_rank = 1
    where delivered.reverses_id is null

),

originals as (

    select
        repayment_id,
        loan_id,
        instalment_no,
        amount,
        instalment_due_on,
        effective_on
    from payments

    union all

    select
        repayment_id,
        loan_id,
        instalment_no,
        amount,
        instalment_due_on,
        effective_on
    from believed
    where not is_delivered_again

),

reversals_to_book as (

    select
        repayment_id,
        loan_id,
        instalment_no,
        paid_on,
        amount,
        payment_type,
        reverses_id,
        1 as booking_part,
        line_no
    from delivered
    where reverses_id is not null

    union all

    select
        repayment_id,
        loan_id,
        instalment_no,
        paid_on,
        amount,
        payment_type,
        reverses_id,
        3 as booking_part,
        line_no
    from believed
    where is_reversal_to_restate

),

-- An original can be missing only if its sender has withdrawn it since: then nothing is taken back.
reversals as (

    select
        reversals_to_book.repayment_id,
        coalesce(originals.loan_id, reversals_to_book.loan_id) as loan_id,
        originals.instalment_no,
        reversals_to_book.paid_on,
        reversals_to_book.amount,
        reversals_to_book.payment_type,
        reversals_to_book.reverses_id,
        originals.instalment_due_on,
        coalesce(originals.effective_on, reversals_to_book.paid_on) as effective_on,
        coalesce(-originals.amount, cast(0 as decimal(18, 2))) as signed_amount,
        reversals_to_book.booking_part,
        reversals_to_book.line_no
    from reversals_to_book
    left join originals
        on reversals_to_book.reverses_id = originals.repayment_id

),

taken_back as (

    select
        repayment_id,
        loan_id,
        instalment_no,
        paid_on,
        amount,
        payment_type,
        reverses_id,
        instalment_due_on,
        effective_on,
        -signed_amount as signed_amount,
        2 as booking_part,
        line_no
    from believed
    where is_delivered_again or is_reversal_to_restate

),

final as (

    select
        repayment_id,
        loan_id,
        instalment_no,
        paid_on,
        amount,
        payment_type,
        reverses_id,
        instalment_due_on,
        effective_on,
        signed_amount,
        booking_part,
        line_no
    from payments

    union all

    select
        repayment_id,
        loan_id,
        instalment_no,
        paid_on,
        amount,
        payment_type,
        reverses_id,
        instalment_due_on,
        effective_on,
        signed_amount,
        booking_part,
        line_no
    from reversals

    union all

    select
        repayment_id,
        loan_id,
        instalment_no,
        paid_on,
        amount,
        payment_type,
        reverses_id,
        instalment_due_on,
        effective_on,
        signed_amount,
        booking_part,
        line_no
    from taken_back

)

select
    repayment_id,
    loan_id,
    instalment_no,
    paid_on,
    amount,
    payment_type,
    reverses_id,
    instalment_due_on,
    effective_on,
    cast(signed_amount as decimal(18, 2)) as signed_amount,
    booking_part,
    cast($business_date as date) as received_on,
    line_no
from final
