-- legal_case_figures: how every case that is not finished stands on the business date.
--
-- grain   business_date, case_id
-- reads   legal_case_now, legal_case_checklist, rule_legal_checklist, legal_case_stop, court_event,
--         legal_case_event, legal_case_decision
-- write   partition business_date

with

items as (

    select
        legal_case_checklist.case_id,
        legal_case_checklist.item,
        legal_case_checklist.item_rank,
        legal_case_checklist.item_state,
        legal_case_checklist.known_zh,
        legal_case_checklist.known_en,
        coalesce(rule_legal_checklist.title_zh, legal_case_checklist.item) as title_zh,
        coalesce(rule_legal_checklist.title_en, legal_case_checklist.item) as title_en
    from legal_case_checklist
    left join rule_legal_checklist
        on
            legal_case_checklist.business_date = rule_legal_checklist.business_date
            and legal_case_checklist.item = rule_legal_checklist.item
    where legal_case_checklist.business_date = cast($business_date as date)

),

missing as (

    select
        case_id,
        string_agg(item, ',' order by item_rank) as items,
        string_agg(title_zh, '; ' order by item_rank) as titles_zh,
        string_agg(title_en, '; ' order by item_rank) as titles_en
    from items
    where item_state = 'missing'
    group by case_id

),

dunning as (

    select
        case_id,
        known_zh,
        known_en
    from items
    where item = 'dunning_evidence'

),

stopped as (

    select
        case_id,
        string_agg(reason, ', ' order by reason) as reasons
    from legal_case_stop
    group by case_id

),

filed as (

    -- A lawsuit that was ours the day it came goes on being ours.
    select distinct
        case_id,
        rests_on
    from legal_case_event
    where
        business_date < cast($business_date as date)
        and event = 'filed'

),

first_approved as (

    select
        case_id,
        min(decided_on) as approved_on
    from legal_case_decision
    where
        decision = 'approved'
        and decided_on < cast($business_date as date)
    group by case_id

),

begun as (

    -- A suit that began without a number after our decision is our own; before it, another one. One
    -- that nobody had approved when it began is not ours, whatever number it was given.
    select
        legal_case_now.case_id,
        court_event.event_id,
        court_event.event_kind,
        court_event.case_id is null as is_unnumbered,
        coalesce(legal_case_now.last_decision = 'approved', false)
        and (
            (
                coalesce(court_event.case_id = legal_case_now.case_id, false)
                and court_event.happened_on >= first_approved.approved_on
            )
            or (
                court_event.is_suit
                and court_event.case_id is null
                and (legal_case_now.decision is not null or legal_case_now.event = 'filed')
                and court_event.happened_on > legal_case_now.decided_on
            )
            or filed.case_id is not null
        ) as is_own,
        coalesce(court_event.happened_on < first_approved.approved_on, false) as is_before,
        court_event.happened_on
    from legal_case_now
    inner join court_event
        on legal_case_now.loan_id = court_event.loan_id
    left join first_approved
        on legal_case_now.case_id = first_approved.case_id
    left join filed
        on
            legal_case_now.case_id = filed.case_id
            and court_event.event_id = filed.rests_on

),

first_own as (

    select
        case_id,
        min(happened_on) as begun_on
    from begun
    where is_own
    group by case_id

),

in_court as (

    -- Whatever comes without a number after our own suit is part of it.
    select
        begun.case_id,
        begun.event_id,
        begun.event_kind,
        begun.is_own
        or coalesce(begun.is_unnumbered and begun.happened_on >= first_own.begun_on, false)
            as is_own,
        begun.is_before,
        begun.happened_on
    from begun
    left join first_own
        on begun.case_id = first_own.case_id

),

court as (

    -- What another had brought to a court before we approved anything goes first: nobody is sued
    -- twice. What came after our own suit, whatever its number, is told by ours.
    select
        case_id,
        event_id,
        event_kind,
        is_own,
        row_number() over (
            partition by case_id
            order by
                case
                    when is_before and not is_own then 0
                    when is_own then 1
                    else 2
                end,
                happened_on desc,
                event_id asc
        ) as event_rank
    from in_court

)

select
    cast($business_date as date) as business_date,
    legal_case_now.case_id,
    legal_case_now.loan_id,
    legal_case_now.customer_id,
    legal_case_now.product,
    legal_case_now.currency,
    legal_case_now.stage,
    legal_case_now.days_past_due,
    legal_case_now.claim_amount,
    legal_case_now.claim_principal,
    legal_case_now.claim_interest,
    legal_case_now.claim_fee,
    legal_case_now.claim_scope,
    legal_case_now.limitation_earliest_on,
    legal_case_now.excluded_routes,
    legal_case_now.is_full_time_student,
    legal_case_now.plan,
    missing.items as missing_items,
    missing.titles_zh as missing_zh,
    missing.titles_en as missing_en,
    dunning.known_zh as dunning_zh,
    dunning.known_en as dunning_en,
    case when legal_case_now.needs_two then 2 else 1 end as approvals_needed,
    concat_ws(
        ',',
        legal_case_now.customer_id,
        legal_case_now.currency,
        cast(cast(legal_case_now.claim_amount as decimal(18, 2)) as varchar),
        legal_case_now.claim_scope,
        legal_case_now.stage,
        cast(legal_case_now.limitation_earliest_on as varchar),
        missing.items,
        case when legal_case_now.is_full_time_student then 'student' end,
        legal_case_now.plan,
        'product ' || legal_case_now.product,
        'principal ' || cast(cast(legal_case_now.claim_principal as decimal(18, 2)) as varchar),
        'interest ' || cast(cast(legal_case_now.claim_interest as decimal(18, 2)) as varchar),
        'fees ' || cast(cast(legal_case_now.claim_fee as decimal(18, 2)) as varchar),
        'not ' || legal_case_now.excluded_routes,
        case when legal_case_now.needs_two then 'two approvers' end
    ) as substance,
    legal_case_now.is_severe,
    legal_case_now.is_enough,
    court.event_id as court_event_id,
    court.event_kind as court_event_kind,
    coalesce(court.is_own, false) as is_own_lawsuit,
    stopped.reasons as stopped_by,
    legal_case_now.rule_id,
    legal_case_now.rule_version
from legal_case_now
left join missing
    on legal_case_now.case_id = missing.case_id
left join dunning
    on legal_case_now.case_id = dunning.case_id
left join stopped
    on legal_case_now.case_id = stopped.case_id
left join court
    on
        legal_case_now.case_id = court.case_id
        and court.event_rank = 1
