-- refused_task: tasks that stand and that a check refuses by what is known now.
--
-- The first check that refuses, by its name, tells the rule; the reason names all of them.
--
-- grain   queue, task_id
-- reads   standing_task, contact_check, rule_legal_wording
-- write   temporary

with

refusals as (

    select
        standing_task.queue,
        standing_task.task_id,
        standing_task.task_date,
        standing_task.candidate_key,
        standing_task.customer_id,
        standing_task.loan_id,
        standing_task.case_id,
        contact_check.reason,
        concat_ws(' ', standing_task.named_loan_id, contact_check.reason)
        || ': ' || contact_check.inputs as told,
        contact_check.rule_id,
        contact_check.rule_version,
        row_number() over (
            partition by standing_task.queue, standing_task.task_id
            order by
                contact_check.check_name,
                contact_check.subject,
                standing_task.named_loan_id
        ) as refusal_rank
    from standing_task
    inner join contact_check
        on
            standing_task.queue = contact_check.queue
            and standing_task.subject_key = contact_check.candidate_key
    where not contact_check.is_passed

),

refused as (

    select distinct
        queue,
        task_id,
        reason
    from refusals

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

reasons as (

    select
        refused.queue,
        refused.task_id,
        string_agg(coalesce(wording.title_en, refused.reason), ', ' order by refused.reason)
            as reasons_en,
        string_agg(coalesce(wording.title_zh, refused.reason), ', ' order by refused.reason)
            as reasons_zh
    from refused
    left join wording
        on refused.reason = wording.code
    group by refused.queue, refused.task_id

),

inputs as (

    select
        queue,
        task_id,
        string_agg(distinct told, '; ' order by told) as inputs
    from refusals
    group by queue, task_id

)

select
    refusals.queue,
    refusals.task_id,
    refusals.task_date,
    refusals.candidate_key,
    refusals.customer_id,
    refusals.loan_id,
    refusals.case_id,
    concat_ws(
        ' ‖ ',
        'check_refused',
        'reasons_en=' || reasons.reasons_en,
        'reasons_zh=' || reasons.reasons_zh
    ) as reason,
    inputs.inputs,
    refusals.rule_id,
    refusals.rule_version
from refusals
inner join reasons
    on
        refusals.queue = reasons.queue
        and refusals.task_id = reasons.task_id
inner join inputs
    on
        refusals.queue = inputs.queue
        and refusals.task_id = inputs.task_id
where refusals.refusal_rank = 1
