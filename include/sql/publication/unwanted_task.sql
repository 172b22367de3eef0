-- unwanted_task: tasks of today that stand and that today no longer asks for.
--
-- While a gate holds a queue none is; once the time to contact is past, a contact is only where a
-- check refuses it, not because it would be worded anew.
--
-- grain   queue, task_id
-- reads   standing_today, task, eligible_task, denial_in_words, rule_legal_wording,
--         current_loan_stage, current_loan
-- write   view

with

recalled_later as (

    select
        queue,
        task_id
    from task
    where
        business_date > cast($business_date as date)
        and task_action = 'recalled'

),

wording as (

    select
        code,
        title_zh,
        title_en
    from rule_legal_wording
    where
        business_date = cast($business_date as date)
        and subject = 'case_reason'

),

known_of_cases as (

    -- What is known now of the loan of a case that its own date no longer asks for.
    select
        standing_today.queue,
        standing_today.task_id,
        case
            when
                coalesce(current_loan_stage.stage_rank, 0) > 0
                then current_loan_stage.days_past_due
        end as days_past_due,
        case
            when
                coalesce(current_loan_stage.stage_rank, 0) > 0
                then current_loan_stage.overdue_amount
        end as overdue_amount,
        coalesce(wording.title_zh, current_loan.loan_status) as known_zh,
        coalesce(wording.title_en, current_loan.loan_status) as known_en
    from standing_today
    left join current_loan_stage
        on
            current_loan_stage.business_date = cast($business_date as date)
            and standing_today.loan_id = current_loan_stage.loan_id
    left join current_loan
        on standing_today.loan_id = current_loan.loan_id
    left join wording
        on
            wording.code
            = case
                when current_loan.loan_status = 'active' then 'cured'
                else current_loan.loan_status
            end
    where standing_today.case_id is not null

)

select
    standing_today.queue,
    standing_today.task_id,
    standing_today.candidate_key,
    standing_today.customer_id,
    standing_today.loan_id,
    standing_today.case_id,
    concat_ws(
        ' ‖ ',
        case
            when denial_in_words.reasons_en is not null then 'check_refused'
            else 'basis_changed'
        end,
        'reasons_en=' || denial_in_words.reasons_en,
        'reasons_zh=' || denial_in_words.reasons_zh,
        'days=' || cast(known_of_cases.days_past_due as varchar),
        'amount=' || cast(known_of_cases.overdue_amount as varchar),
        'known_en=' || known_of_cases.known_en,
        'known_zh=' || known_of_cases.known_zh
    ) as reason,
    denial_in_words.rule_id,
    denial_in_words.rule_version
from standing_today
left join eligible_task
    on
        standing_today.queue = eligible_task.queue
        and standing_today.task_id = eligible_task.task_id
left join recalled_later
    on
        standing_today.queue = recalled_later.queue
        and standing_today.task_id = recalled_later.task_id
left join denial_in_words
    on
        standing_today.queue = denial_in_words.queue
        and standing_today.candidate_key = denial_in_words.candidate_key
left join known_of_cases
    on
        standing_today.queue = known_of_cases.queue
        and standing_today.task_id = known_of_cases.task_id
where
    eligible_task.task_id is null
    and recalled_later.task_id is null
    and not cast($is_held as boolean)
    and (
        standing_today.window_start is null
        or denial_in_words.queue is not null
        or not cast($contact_is_past as boolean)
    )
