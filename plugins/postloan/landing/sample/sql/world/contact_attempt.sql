-- contact_attempt: how the teams try to reach the payers who are behind, and what comes of it.
--
-- grain   loan_no, attempt_no
--
-- The lender's teams know loans and people, not the numbers of tasks: those are Postloan's own.

with

behind as (

    select
        loan_no,
        customer_no,
        loan_book.slid_on,
        loan_book.slid_on + loan_book.lag_days as cured_on,
        principal_cents // periods as instalment_cents,
        borrower.death_known_on
    from loan_book
    inner join borrower using (customer_no)
    where outcome <> 'none' and not is_cancelled and draw('is worked on', loan_no) < 0.8

),

planned as (

    select
        *,
        unnest(range(1, 13)) as attempt_no
    from behind

),

dated as (

    -- From the second week on, about once a week.
    select
        *,
        slid_on + 1 + 7 * attempt_no::integer
        + whole(draw_for('attempt on', loan_no, attempt_no), 0, 3) as attempted_on,
        draw_for('result', loan_no, attempt_no) as result_draw,
        draw_for('who', loan_no, attempt_no) as who_draw,
        pick(
            [
                'phone', 'phone', 'phone', 'phone', 'phone', 'phone',
                'sms', 'sms', 'sms', 'email', 'app_push', 'letter', 'field_visit'
            ],
            draw_for('channel', loan_no, attempt_no)
        ) as channel
    from planned

),

tried as (

    select
        *,
        case
            when channel = 'letter' then 'delivered'
            when channel = 'field_visit' then
                case
                    when result_draw < 0.3 then 'no_answer'
                    when result_draw < 0.4 then 'refused'
                    else 'connected'
                end
            when channel <> 'phone' then
                case
                    when result_draw < 0.12 then 'failed'
                    when result_draw < 0.80 then 'delivered'
                    else 'answered'
                end
            when result_draw < 0.38 then 'no_answer'
            when result_draw < 0.46 then 'busy'
            when result_draw < 0.52 then 'number_off'
            when result_draw < 0.55 then 'wrong_number'
            when result_draw < 0.57 then 'invalid_number'
            when result_draw < 0.62 then 'refused'
            else 'connected'
        end as result
    from dated
    where
        attempted_on < cured_on
        and attempted_on > getvariable('opening') - 150
        and attempted_on <= getvariable('last_date')
        and (death_known_on is null or attempted_on < death_known_on)

)

select
    loan_no,
    customer_no,
    attempt_no,
    instalment_cents,
    attempted_on,
    channel,
    result,
    case
        when result = 'wrong_number' then 'third_party'
        when result not in ('connected', 'answered', 'refused') then 'nobody'
        -- Only of customers who have named somebody.
        when who_draw < 0.08 and draw('contacts', customer_no) >= 0.15 then 'emergency_contact'
        when who_draw > 0.95 then 'third_party'
        else 'debtor'
    end as counterpart
from tried
