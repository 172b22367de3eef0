-- overtaken_case: tasks of the legal department whose loan a court has, by what has come in since
-- the date, or whose amount a debtor disputes, under whichever customer number; our own lawsuit is
-- none of them.
--
-- Our own is what names the case, a suit that began without a number after the case was approved,
-- and what came without a number once our own had begun.
--
-- grain   queue, task_id
-- reads   standing_task, court_event, disputed_case, legal_case_state, rule_legal_wording
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
        'case_state' as subject,
        'followed' as code,
        court_event.event_id as told_by,
        court_event.event_kind as told,
        court_event.happened_on as told_on,
        cast(null as varchar) as told_of,
        legal_case_state.rule_id,
        legal_case_state.rule_version
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
            and (
                (
                    court_event.is_suit
                    and legal_case_state.case_state = 'approved'
                    and court_event.happened_on > legal_case_state.decided_on
                )
                or (
                    legal_case_state.case_state = 'filed'
                    and court_event.happened_on > legal_case_state.opened_on
                )
            )
        )

    union all

    select
        standing_task.queue,
        standing_task.task_id,
        standing_task.task_date,
        standing_task.candidate_key,
        standing_task.customer_id,
        standing_task.loan_id,
        standing_task.case_id,
        'case_reason' as subject,
        disputed_case.reason as code,
        disputed_case.reason_id as told_by,
        'amount_disputed' as told,
        disputed_case.received_on as told_on,
        case
            when disputed_case.customer_id <> disputed_case.told_of then disputed_case.told_of
        end as told_of,
        legal_case_state.rule_id,
        legal_case_state.rule_version
    from standing_task
    inner join legal_case_state
        on standing_task.case_id = legal_case_state.case_id
    inner join disputed_case
        on standing_task.case_id = disputed_case.case_id

),

ranked as (

    select
        queue,
        task_id,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        subject,
        code,
        told_by,
        told,
        told_on,
        told_of,
        rule_id,
        rule_version,
        row_number() over (
            partition by queue, task_id
            order by subject desc, code asc, told_on desc, told_by asc, told_of asc
        ) as found_rank
    from found

)

select
    ranked.queue,
    ranked.task_id,
    ranked.task_date,
    ranked.candidate_key,
    ranked.customer_id,
    ranked.loan_id,
    ranked.case_id,
    concat_ws(
        ' ‖ ',
        'loan_recalled',
        'loan=' || ranked.loan_id,
        case ranked.subject when 'case_reason' then 'stop_en=' else 'reason_en=' end
        || coalesce(wording.title_en, ranked.code),
        case ranked.subject when 'case_reason' then 'stop_zh=' else 'reason_zh=' end
        || coalesce(wording.title_zh, ranked.code)
    ) as reason,
    concat_ws(
        ' ',
        ranked.told_by,
        ranked.told,
        cast(ranked.told_on as varchar),
        'of customer ' || ranked.told_of
    ) as inputs,
    ranked.rule_id,
    ranked.rule_version
from ranked
left join rule_legal_wording as wording
    on
        wording.business_date = cast($business_date as date)
        and ranked.subject = wording.subject
        and ranked.code = wording.code
where ranked.found_rank = 1
