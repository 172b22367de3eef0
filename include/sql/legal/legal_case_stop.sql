-- legal_case_stop: what forbids a case to go on: checks of the approved file that refuse it, what
-- is known to begin before the file is worked on, a plan, a claim in doubt, and what has come since
-- the date was closed.
--
-- A claim is in doubt where the core itself says another amount or other days for the date, for no
-- reason that the data tell, or where a debtor said that the amount is wrong and nothing answers it,
-- under another customer number as well.
--
-- A hold of the person under another customer number stops the case like one of the debtor, where it
-- begins after the date's own check of that (`same_person`) has looked.
--
-- A check that is not passed refuses. Where the debtor of a loan is another one by now, what
-- protects either of them counts. A date that something was loaded for after it was run
-- is not known as it is: nothing is decided until it, or a later one, is run.
--
-- grain   case_id, reason
-- reads   legal_case_now, legal_case_debtor, contact_check, current_hold,
--         current_complaint, current_pause, current_plan_request, legal_news, told_load,
--         position_difference, disputed_case, one_person
-- write   temporary

with

refused as (

    select
        legal_case_debtor.case_id,
        case
            -- Nobody has asked about it.
            when contact_check.check_name is null then 'check_not_available'
            -- The check of holds and the claim tell of the same dispute: it is one reason.
            when contact_check.reason = 'hold_amount_disputed' then 'amount_disputed'
            else contact_check.reason
        end as reason
    from legal_case_debtor
    left join contact_check
        on
            contact_check.queue = 'legal_case_approved'
            and legal_case_debtor.candidate_key = contact_check.candidate_key
    where
        contact_check.check_name is null
        or not contact_check.is_passed

),

held_elsewhere as (

    -- What began by the morning after the date is a check's, which knows what a person has released.
    select
        legal_case_debtor.case_id,
        'same_person_protected' as reason
    from legal_case_debtor
    inner join one_person
        on legal_case_debtor.customer_id = one_person.customer_id
    inner join current_hold
        on
            one_person.other_customer_id = current_hold.customer_id
            and (current_hold.loan_id is null or legal_case_debtor.loan_id = current_hold.loan_id)
    where
        current_hold.starts_on > cast($business_date as date) + 1
        and current_hold.starts_on <= cast($known_on as date) + 1
        and (
            current_hold.ends_on is null
            or current_hold.ends_on > cast($known_on as date) + 1
        )

),

held as (

    select
        legal_case_debtor.case_id,
        'hold_' || current_hold.hold_kind as reason
    from legal_case_debtor
    inner join current_hold
        on
            legal_case_debtor.customer_id = current_hold.customer_id
            and (current_hold.loan_id is null or legal_case_debtor.loan_id = current_hold.loan_id)
    where
        -- The file is worked on the day after; whatever is loaded has begun by then.
        current_hold.starts_on <= cast($known_on as date) + 1
        and (
            current_hold.ends_on is null
            or current_hold.ends_on > cast($known_on as date) + 1
        )

),

complained as (

    select
        legal_case_debtor.case_id,
        'hold_complaint' as reason
    from legal_case_debtor
    inner join current_complaint
        on
            legal_case_debtor.customer_id = current_complaint.customer_id
            and (
                current_complaint.loan_id is null
                or legal_case_debtor.loan_id = current_complaint.loan_id
            )
    where
        -- What the date knew is judged by its checks, which know what a person has released.
        current_complaint.received_on > cast($business_date as date)
        and (
            current_complaint.closed_on is null
            or current_complaint.closed_on > cast($known_on as date) + 1
        )

),

paused as (

    select
        legal_case_now.case_id,
        'paused' as reason
    from legal_case_now
    inner join current_pause
        on legal_case_now.loan_id = current_pause.loan_id
    where
        current_pause.starts_on <= cast($known_on as date) + 1
        and (
            current_pause.ends_on is null
            or current_pause.ends_on > cast($known_on as date) + 1
        )

),

planned as (

    select
        legal_case_now.case_id,
        'approved_plan' as reason
    from legal_case_now
    inner join current_plan_request
        on legal_case_now.loan_id = current_plan_request.loan_id
    where
        current_plan_request.decision = 'approved'
        and current_plan_request.received_on > cast($business_date as date)
        and coalesce(current_plan_request.decided_on, current_plan_request.received_on)
        >= legal_case_now.episode_started_on

),

doubted as (

    select
        legal_case_now.case_id,
        'core_says_otherwise' as reason
    from legal_case_now
    inner join position_difference
        on
            position_difference.business_date = cast($business_date as date)
            and legal_case_now.loan_id = position_difference.loan_id
    where
        position_difference.explanation = 'unexplained'
        and position_difference.difference <> 'only_there'

),

disputed as (

    select distinct
        disputed_case.case_id,
        disputed_case.reason
    from disputed_case
    inner join legal_case_now
        on disputed_case.case_id = legal_case_now.case_id

),

anew as (

    select received_on
    from told_load
    where load_no > cast($judged_load_no as bigint)

),

since as (

    -- The case was worked out without it; the next date that is closed knows it.
    select legal_case_debtor.case_id
    from legal_case_debtor
    inner join legal_news
        on legal_case_debtor.loan_id = legal_news.loan_id

    union

    select legal_case_debtor.case_id
    from legal_case_debtor
    inner join legal_news
        on
            legal_case_debtor.customer_id = legal_news.customer_id
            and legal_news.loan_id is null

    union

    -- What a date delivered anew no longer tells of has no row: all cases wait for it.
    select legal_case_now.case_id
    from legal_case_now
    inner join anew
        on anew.received_on <= cast($business_date as date)

),

stops as (

    select
        case_id,
        reason
    from refused

    union

    select
        case_id,
        reason
    from held

    union

    select
        case_id,
        reason
    from held_elsewhere

    union

    select
        case_id,
        reason
    from complained

    union

    select
        case_id,
        reason
    from paused

    union

    select
        case_id,
        reason
    from planned

    union

    select
        case_id,
        reason
    from doubted

    union

    select
        case_id,
        reason
    from disputed

    union

    select
        case_id,
        'loaded_since' as reason
    from since

    union

    select
        case_id,
        'paused' as reason
    from legal_case_now
    where is_paused

)

select
    case_id,
    reason
from stops
