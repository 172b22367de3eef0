-- extension_request: who is about to fall behind asks for time; some ask again and again.
--
-- What was approved is the plan that the hold of the loan is about.

with

troubled as (

    select
        *,
        draw('hold', loan_no) < 0.18 and draw('hold kind', loan_no) < 0.40 as has_plan,
        slid_on + whole(draw('hold on', loan_no), 8, 90) as plan_on
    from loan_book
    where outcome <> 'none' and not is_cancelled

),

turned_down as (

    select
        *,
        unnest(range(1, case when draw('asks often', loan_no) < 0.25 then 5 else 2 end))::integer
            as request_no
    from troubled
    where not has_plan and draw('asks for time', loan_no) < 0.35

),

asked as (

    select
        *,
        0 as request_no,
        plan_on - whole(draw('plan asked', loan_no), 2, 9) as requested_on,
        'approved' as decision,
        plan_on as decided_on
    from troubled
    where has_plan

    union all

    select
        *,
        slid_on - whole(draw('asks on', loan_no), -20, 8) + 25 * (request_no - 1) as requested_on,
        case
            when draw_for('answer', loan_no, request_no) < 0.75 then 'rejected'
            when draw_for('answer', loan_no, request_no) < 0.88 then 'withdrawn'
        end,
        case
            when draw_for('answer', loan_no, request_no) < 0.88
                then requested_on + whole(draw_for('answer on', loan_no, request_no), 1, 12)
        end
    from turned_down

),

requests as (

    select
        *,
        case
            when group_of(customer_no) = 'student'
                then pick(['study', 'study', 'family', 'medical'], reason_draw)
            else pick(
                [
                    'income_lost', 'income_reduced', 'income_reduced', 'medical', 'family',
                    'disaster', 'other'
                ],
                reason_draw
            )
        end as reason_code,
        whole(draw_for('asks for', loan_no, request_no), 1, 3) as instalments,
        draw_for('in days', loan_no, request_no) < 0.4 as is_in_days
    from (
        select
            *,
            draw_for('reason', loan_no, request_no) as reason_draw
        from asked
        where requested_on > disbursed_on
    ) as drawn

),

moments as (

    select
        *,
        greatest(requested_on, getvariable('opening')) as known_on
    from requests

    union all

    select
        *,
        decided_on as known_on
    from requests
    where decided_on > getvariable('opening') and decided_on > requested_on

),

told as (

    select
        *,
        decided_on <= known_on as is_decided,
        decided_on <= known_on and decision = 'approved' as is_granted
    from moments

)

select
    known_on,
    'E' || digits(loan_no, 8) || '-' || request_no::varchar as request_id,
    loan_ref(loan_no) as loan_id,
    requested_on,
    reason_code,
    case when not is_in_days then instalments end as instalments_asked,
    case when is_in_days then 30 * instalments end as days_asked,
    case when is_decided then decision end as decision,
    case when is_decided then decided_on end as decided_on,
    case when is_granted and not is_in_days then instalments end as instalments_granted,
    case when is_granted and is_in_days then 30 * instalments end as days_granted
from told
