-- court_notice: what was told of courts, and of claims that are another's now, with what it means
-- for a case; `unclear` where nobody knows what it means.
--
-- Unclear is what has a date that has not come by the moment of contact, and what names a loan with
-- somebody who was never its debtor: nothing begins, nothing ends, and the loan is held until a
-- person has looked or a corrected row comes. So is a dismissal of what has come to a judgment or to
-- enforcement, and one without a case number where more suits than one lasted: it ends the suit that
-- it names, or the only one there is.
--
-- grain   event_id
-- reads   current_legal_event, rule_court_event, loan
-- write   view

with

told as (

    select
        current_legal_event.event_id,
        current_legal_event.case_id,
        current_legal_event.customer_id,
        current_legal_event.loan_id,
        current_legal_event.event_kind,
        current_legal_event.happened_on,
        current_legal_event.received_on,
        rule_court_event.effect
    from current_legal_event
    inner join rule_court_event
        on
            rule_court_event.business_date = cast($business_date as date)
            and current_legal_event.event_kind = rule_court_event.event_kind

),

named as (

    select
        told.event_id,
        bool_or(told.customer_id = loan.customer_id) as is_of_debtor
    from told
    inner join loan
        on told.loan_id = loan.loan_id
    where loan.received_on <= cast($known_on as date)
    group by told.event_id

),

dated as (

    select
        told.event_id,
        told.case_id,
        told.customer_id,
        told.loan_id,
        told.event_kind,
        told.happened_on,
        told.received_on,
        case
            when told.happened_on > cast($business_date as date) + 1 then 'unclear'
            when not coalesce(named.is_of_debtor, true) then 'unclear'
            else told.effect
        end as effect
    from told
    left join named
        on told.event_id = named.event_id

),

lasting as (

    select
        ended.event_id,
        bool_or(earlier.event_kind in ('judgment', 'enforcement')) as is_judged,
        count(
            distinct case
                when earlier.effect = 'begins' then earlier.happened_on
            end
        ) as suits,
        count(distinct case when earlier.effect = 'ends' then earlier.happened_on end) as dismissals
    from dated as ended
    inner join dated as earlier
        on
            ended.loan_id = earlier.loan_id
            and coalesce(ended.case_id, '') = coalesce(earlier.case_id, '')
            and earlier.effect in ('begins', 'follows', 'ends')
            and (
                ended.happened_on > earlier.happened_on
                or (
                    ended.happened_on = earlier.happened_on
                    and ended.received_on > earlier.received_on
                )
            )
    where ended.effect = 'ends'
    group by ended.event_id

)

select
    dated.event_id,
    dated.case_id,
    dated.customer_id,
    dated.loan_id,
    dated.event_kind,
    dated.happened_on,
    dated.received_on,
    case
        when lasting.is_judged then 'unclear'
        when dated.case_id is null and lasting.suits > lasting.dismissals + 1 then 'unclear'
        else dated.effect
    end as effect
from dated
left join lasting
    on dated.event_id = lasting.event_id
