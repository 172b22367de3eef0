-- overtaken_case: tasks of the legal department whose loan a court has, by what has come in since
-- the date; our own lawsuit is none of them.
--
-- Our own is what names the case, and what began without a number after the case was approved.
--
-- grain   queue, task_id
-- reads   standing_task, court_event, legal_case_state, rule_legal_wording
-- write   temporary

with

found as (

    select
        standing_task.queue,
        standing_task.task_id,
        standing_task.task_date,
        standing_task.candidate_key,
        standing_task.customer_id,
        standing_task.loan_id,
        standing_task.case_id,
        court_event.event_id,
        court_event.event_kind,
        court_event.happened_on,
        legal_case_state.rule_id,
        legal_case_state.rule_version,
        row_number() over (
            partition by standing_task.queue, standing_task.task_id
            order by court_event.happened_on desc, court_event.event_id asc
        ) as event_rank
    from standing_task
    inner join court_event
        on standing_task.named_loan_id = court_event.loan_id
    inner join legal_case_state
        on standing_task.case_id = legal_case_state.case_id
    where
        court_event.received_on > cast($business_date as date)
        and coalesce(court_event.case_id, '') <> standing_task.case_id
        and not (
            court_event.case_id is null
            and legal_case_state.case_state = 'approved'
            and court_event.happened_on > legal_case_state.decided_on
        )

)

select
    found.queue,
    found.task_id,
    found.task_date,
    found.candidate_key,
    found.customer_id,
    found.loan_id,
    found.case_id,
    '借据 ' || found.loan_id || ' ' || coalesce(wording.title_zh, 'followed') as reason_zh,
    'loan ' || found.loan_id || ' ' || coalesce(wording.title_en, 'followed') as reason_en,
    concat_ws(
        ' ', found.event_id, found.event_kind, cast(found.happened_on as varchar)
    ) as inputs,
    found.rule_id,
    found.rule_version
from found
left join rule_legal_wording as wording
    on
        wording.business_date = cast($business_date as date)
        and wording.subject = 'case_state'
        and wording.code = 'followed'
where found.event_rank = 1
