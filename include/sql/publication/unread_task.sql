-- unread_task: tasks that may still lie on a list while something came that may protect whom they
-- name, and nobody can read whom it protects.
--
-- It may be anybody, so that every task is concerned. What a person has released concerns none.
--
-- grain   queue, task_id
-- reads   standing_task, gate_check, rule_gate
-- write   temporary

with

shut as (

    select
        gate_check.rule_id,
        gate_check.rule_version,
        rule_gate.finding_zh,
        rule_gate.finding_en,
        string_agg(distinct gate_check.feed, ', ' order by gate_check.feed) as feeds
    from gate_check
    inner join rule_gate
        on
            gate_check.business_date = rule_gate.business_date
            and gate_check.rule_id = rule_gate.rule_id
            and (gate_check.feed = rule_gate.feed or rule_gate.feed = 'any')
    where
        gate_check.business_date = cast($business_date as date)
        and gate_check.check_name in ('nameless_rows', 'delivery_refused', 'delivery_not_loaded')
        and gate_check.outcome = 'failed'
        and gate_check.released_by is null
    group by
        gate_check.rule_id,
        gate_check.rule_version,
        rule_gate.finding_zh,
        rule_gate.finding_en

),

told as (

    select
        string_agg(
            concat_ws(
                ' ‖ ',
                'data_unread',
                'finding_en=' || finding_en,
                'finding_zh=' || finding_zh,
                'feeds=' || feeds
            ),
            ' ¶ ' order by rule_id
        ) as reason,
        string_agg(feeds, '; ' order by rule_id) as inputs,
        min(rule_id) as rule_id,
        min(rule_version) as rule_version
    from shut

)

select distinct
    standing_task.queue,
    standing_task.task_id,
    standing_task.task_date,
    standing_task.candidate_key,
    standing_task.customer_id,
    standing_task.loan_id,
    standing_task.case_id,
    told.reason,
    told.inputs,
    told.rule_id,
    told.rule_version
from standing_task
cross join told
where told.rule_id is not null
