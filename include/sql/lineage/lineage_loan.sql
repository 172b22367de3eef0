-- lineage_loan: the loans that the task asked about is about, with their stage on the date it rests on.
--
-- A task that was recalled, and a row of the go-live list, name their loans with the amounts alone.
--
-- grain   loan_id
-- reads   lineage_task, task_loan, loan_stage
-- write   view

with

named as (

    select
        lineage_task.facts_of,
        task_loan.loan_id
    from lineage_task
    inner join task_loan
        on
            lineage_task.business_date = task_loan.business_date
            and lineage_task.task_id = task_loan.task_id

    union distinct

    select
        lineage_task.facts_of,
        lineage_task.loan_id
    from lineage_task
    where lineage_task.loan_id is not null

    union distinct

    select
        lineage_task.facts_of,
        loan_stage.loan_id
    from lineage_task
    inner join loan_stage
        on
            lineage_task.facts_of = loan_stage.business_date
            and lineage_task.customer_id = loan_stage.customer_id
    where
        strpos('; ' || lineage_task.loan_amounts, '; ' || loan_stage.loan_id || ': ') > 0

)

select
    named.facts_of,
    named.loan_id,
    loan_stage.product,
    loan_stage.currency,
    loan_stage.stage,
    loan_stage.stage_entered_on,
    loan_stage.episode_started_on,
    loan_stage.days_past_due,
    loan_stage.overdue_amount,
    loan_stage.rule_id,
    loan_stage.rule_version
from named
left join loan_stage
    on
        named.facts_of = loan_stage.business_date
        and named.loan_id = loan_stage.loan_id
