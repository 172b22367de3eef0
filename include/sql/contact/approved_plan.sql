-- approved_plan: plans and extensions that were approved and that no hold of core banking has taken
-- over.
--
-- Once approved a plan stands, whatever a later row leaves out: until it is refused or taken back
-- with the day of it, until core banking sends a hold for the plan, or until a person releases it.
-- A request that is approved on another day, or was asked for on another, is approved anew: what
-- ended the approval of before did not end this one.
-- The hold of a plan begins on or after the approval, or is told of after it, lasts beyond it and
-- began no earlier than the plan was asked for: any other was that of an earlier plan. An approval
-- of a day before it was asked for, or told long after its day, was given on the day it was told:
-- its year may be mistyped. What the first delivery of a feed tells is history.
--
-- grain   feed, request_id, loan_id
-- reads   plan_request, current_plan_request, extension_request, current_extension_request,
--         current_loan, hold, current_hold, standing_release, told_load, feed_beginning,
--         contact_check_rule, contact_moment
-- write   view

with

approved as (

    select
        'plan_request' as feed,
        request_id,
        customer_id,
        loan_id,
        requested_on,
        decided_on,
        received_on
    from plan_request
    where
        decision = 'approved'
        and received_on <= cast($known_on as date)

    union all

    select
        'extension_request' as feed,
        extension_request.request_id,
        current_loan.customer_id,
        extension_request.loan_id,
        extension_request.requested_on,
        extension_request.decided_on,
        extension_request.received_on
    from extension_request
    inner join current_loan
        on extension_request.loan_id = current_loan.loan_id
    where
        extension_request.decision = 'approved'
        and extension_request.received_on <= cast($known_on as date)

),

approvals as (

    select
        approved.feed,
        approved.request_id,
        approved.customer_id,
        approved.loan_id,
        approved.requested_on,
        min(
            case
                when
                    approved.decided_on < approved.requested_on
                    or (
                        approved.received_on > feed_beginning.began_on
                        and approved.decided_on
                        < approved.received_on - contact_check_rule.most_days_late
                    )
                    then approved.received_on
                else least(approved.decided_on, approved.received_on)
            end
        ) as approved_on,
        min(approved.received_on) as first_received_on,
        max(approved.received_on) as received_on,
        max(coalesce(told_load.load_no, 0)) as load_no
    from approved
    left join told_load
        on
            approved.feed = told_load.feed
            and approved.received_on = told_load.received_on
    left join feed_beginning
        on approved.feed = feed_beginning.feed
    left join contact_check_rule
        on
            contact_check_rule.check_name = 'no_hold'
            and contact_check_rule.subject = 'approved_plan'
    group by
        approved.feed,
        approved.request_id,
        approved.customer_id,
        approved.loan_id,
        approved.requested_on,
        approved.decided_on

),

answers as (

    select
        'plan_request' as feed,
        request_id,
        customer_id,
        loan_id,
        decided_on
    from current_plan_request
    where decision in ('refused', 'withdrawn')

    union all

    select
        'extension_request' as feed,
        current_extension_request.request_id,
        current_loan.customer_id,
        current_extension_request.loan_id,
        current_extension_request.decided_on
    from current_extension_request
    inner join current_loan
        on current_extension_request.loan_id = current_loan.loan_id
    where current_extension_request.decision in ('rejected', 'withdrawn')

),

ended as (

    select
        answers.feed,
        answers.request_id,
        answers.customer_id,
        answers.loan_id,
        answers.decided_on
    from answers
    inner join contact_moment
        on answers.decided_on <= contact_moment.contact_on

),

first_told as (

    select
        hold_id,
        min(received_on) as received_on
    from hold
    where hold_kind = 'performing_plan'
    group by hold_id

),

performed as (

    select
        current_hold.customer_id,
        current_hold.loan_id,
        current_hold.starts_on,
        current_hold.ends_on,
        first_told.received_on as first_received_on
    from current_hold
    inner join first_told
        on current_hold.hold_id = first_told.hold_id
    inner join contact_moment
        on current_hold.starts_on <= contact_moment.contact_on
    where
        current_hold.hold_kind = 'performing_plan'
        and (current_hold.ends_on is null or current_hold.ends_on > current_hold.starts_on)

)

select
    approvals.feed,
    approvals.request_id,
    approvals.customer_id,
    approvals.loan_id,
    min(approvals.approved_on) as approved_on,
    max(approvals.received_on) as received_on,
    max(approvals.load_no) as load_no
from approvals
left join ended
    on
        approvals.feed = ended.feed
        and approvals.request_id = ended.request_id
        and approvals.customer_id = ended.customer_id
        and approvals.loan_id = ended.loan_id
        and approvals.approved_on <= ended.decided_on
left join standing_release
    on
        approvals.customer_id = standing_release.customer_id
        and standing_release.kind = 'approved_plan'
        and standing_release.record_key = approvals.feed || ' ' || approvals.request_id
        and approvals.received_on <= standing_release.released_on
        and approvals.load_no <= standing_release.known_load_no
where
    ended.request_id is null
    and standing_release.customer_id is null
    and not exists (
        select 1
        from performed
        where
            approvals.customer_id = performed.customer_id
            and (performed.loan_id is null or approvals.loan_id = performed.loan_id)
            and (
                approvals.approved_on <= performed.starts_on
                or (
                    approvals.first_received_on <= performed.first_received_on
                    and coalesce(approvals.approved_on < performed.ends_on, true)
                    and coalesce(approvals.requested_on <= performed.starts_on, true)
                )
            )
    )
group by approvals.feed, approvals.request_id, approvals.customer_id, approvals.loan_id
