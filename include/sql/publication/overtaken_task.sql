-- overtaken_task: tasks of the date that ask for more than is owed, by what has come in since; of
-- cases, whatever date they are of.
--
-- What came in counts for the dues of the date, whatever day it was paid on: who has paid is asked
-- for nothing. A loan that is closed or not past due any more owes nothing. What is read as days
-- past due of the date is what is known of them by now.
--
-- grain   queue, task_id
-- reads   standing_task, current_loan_delinquency, rule_task_recall
-- write   temporary

with

compared as (

    select
        standing_task.queue,
        standing_task.task_id,
        standing_task.task_date,
        standing_task.candidate_key,
        standing_task.customer_id,
        standing_task.loan_id,
        standing_task.case_id,
        standing_task.named_loan_id,
        standing_task.named_amount,
        cast(
            case
                when
                    current_loan_delinquency.days_past_due > 0
                    then current_loan_delinquency.overdue_amount
                else 0
            end as decimal(18, 2)
        ) as known_amount
    from standing_task
    left join current_loan_delinquency
        on
            standing_task.named_loan_id = current_loan_delinquency.loan_id
            and current_loan_delinquency.business_date = cast($business_date as date)
    where
        (
            standing_task.task_date = cast($business_date as date)
            or standing_task.case_id is not null
        )
        and standing_task.named_amount is not null

),

found as (

    select
        compared.queue,
        compared.task_id,
        compared.task_date,
        compared.candidate_key,
        compared.customer_id,
        compared.loan_id,
        compared.case_id,
        compared.named_loan_id,
        concat_ws(
            ' ‖ ',
            'loan_recalled',
            'loan=' || compared.named_loan_id,
            'reason_en=' || rule_task_recall.reason_en,
            'reason_zh=' || rule_task_recall.reason_zh,
            'said=' || cast(compared.named_amount as varchar),
            'known=' || cast(compared.known_amount as varchar)
        ) as reason,
        compared.named_loan_id || ': ' || cast(compared.named_amount as varchar) || ', now '
        || cast(compared.known_amount as varchar) || ' by deliveries up to '
        || cast(cast($known_on as date) as varchar) as inputs,
        rule_task_recall.rule_id,
        rule_task_recall.rule_version
    from compared
    inner join rule_task_recall
        on
            rule_task_recall.business_date = cast($business_date as date)
            and rule_task_recall.finding = 'owes_less_since'
    where compared.named_amount - compared.known_amount > rule_task_recall.more_than

)

select
    queue,
    task_id,
    task_date,
    candidate_key,
    customer_id,
    loan_id,
    case_id,
    string_agg(reason, ' ¶ ' order by named_loan_id) as reason,
    string_agg(inputs, '; ' order by named_loan_id) as inputs,
    max(rule_id) as rule_id,
    max(rule_version) as rule_version
from found
group by
    queue,
    task_id,
    task_date,
    candidate_key,
    customer_id,
    loan_id,
    case_id
