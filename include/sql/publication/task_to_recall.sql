-- task_to_recall: tasks already sent that said of a loan what is known now to be wrong.
--
-- Looked at are the loans about whose past something was received since the queue last went out.
-- Where nothing is added to a date any more, because its contacts were due or a gate holds them,
-- its own tasks are looked at as well.
--
-- grain   queue, task_id
-- reads   publication, restated_loan, task_loan, legal_case, task, told_claim, current_loan_stage,
--         rule_band, rule_parameter, rule_task_recall
-- write   temporary

with

last_published as (

    select
        queue,
        max(business_date) as business_date
    from publication
    where business_date < cast($business_date as date)
    group by queue

),

news as (

    select
        last_published.queue,
        restated_loan.loan_id,
        restated_loan.from_date,
        restated_loan.cause || ' ' || cast(restated_loan.received_on as varchar) as told_by
    from restated_loan
    inner join last_published
        on restated_loan.received_on > last_published.business_date
    where restated_loan.received_on <= cast($business_date as date)

),

concerned as (

    select
        queue,
        loan_id,
        min(from_date) as from_date
    from news
    group by queue, loan_id

),

contacts as (

    select
        task_loan.queue,
        task_loan.task_id,
        task_loan.business_date as task_date,
        task_loan.business_date as spoke_of,
        task_loan.loan_id,
        task_loan.stage,
        task_loan.overdue_amount as amount
    from task_loan
    inner join concerned
        on
            task_loan.queue = concerned.queue
            and task_loan.loan_id = concerned.loan_id
            and task_loan.business_date >= concerned.from_date
    where task_loan.business_date < cast($business_date as date)

    union

    select
        queue,
        task_id,
        business_date as task_date,
        business_date as spoke_of,
        loan_id,
        stage,
        overdue_amount as amount
    from task_loan
    where
        business_date = cast($business_date as date)
        and (cast($contact_is_past as boolean) or cast($is_held as boolean))

),

opened as (

    select
        case_id,
        min(business_date) as opened_on
    from legal_case
    group by case_id

),

legal_tasks as (

    -- Before the scope of a claim was said, a legal task spoke of the date its case was opened on.
    select
        task.queue,
        task.task_id,
        task.business_date as task_date,
        case when told_claim.says_scope then task.business_date else opened.opened_on end
            as spoke_of,
        task.loan_id,
        told_claim.amount_due as amount
    from task
    inner join opened
        on task.case_id = opened.case_id
    inner join told_claim
        on
            task.business_date = told_claim.business_date
            and task.queue = told_claim.queue
            and task.revision = told_claim.revision
            and task.task_id = told_claim.task_id
    where
        task.task_action = 'added'
        and task.business_date < cast($business_date as date)

),

cases as (

    select
        legal_tasks.queue,
        legal_tasks.task_id,
        legal_tasks.task_date,
        legal_tasks.spoke_of,
        legal_tasks.loan_id,
        rule_parameter.value_text as stage,
        legal_tasks.amount
    from legal_tasks
    inner join concerned
        on
            legal_tasks.queue = concerned.queue
            and legal_tasks.loan_id = concerned.loan_id
            and legal_tasks.spoke_of >= concerned.from_date
    inner join rule_parameter
        on
            legal_tasks.spoke_of = rule_parameter.business_date
            and rule_parameter.pack = 'legal_preparation'
            and rule_parameter.parameter = 'opens_at_stage'

),

sent as (

    select
        queue,
        task_id,
        task_date,
        spoke_of,
        loan_id,
        stage,
        amount
    from contacts

    union all

    select
        queue,
        task_id,
        task_date,
        spoke_of,
        loan_id,
        stage,
        amount
    from cases

),

sent_tasks as (

    select distinct
        queue,
        task_id
    from sent

),

actions as (

    select
        task.queue,
        task.task_id,
        task.task_action,
        task.candidate_key,
        task.customer_id,
        task.loan_id,
        task.case_id,
        row_number() over (
            partition by task.queue, task.task_id
            order by task.business_date desc, task.revision desc
        ) as action_rank
    from task
    inner join sent_tasks
        on
            task.queue = sent_tasks.queue
            and task.task_id = sent_tasks.task_id

),

compared as (

    select
        sent.queue,
        sent.task_id,
        sent.task_date,
        sent.spoke_of,
        sent.loan_id,
        sent.stage,
        sent.amount,
        rule_band.band_rank as stage_rank,
        coalesce(current_loan_stage.stage, 'current') as known_stage,
        coalesce(current_loan_stage.stage_rank, 0) as known_stage_rank,
        coalesce(current_loan_stage.is_paused, false) as known_paused,
        cast(coalesce(current_loan_stage.overdue_amount, 0) as decimal(18, 2)) as known_amount
    from sent
    left join current_loan_stage
        on
            sent.spoke_of = current_loan_stage.business_date
            and sent.loan_id = current_loan_stage.loan_id
    left join rule_band
        on
            sent.spoke_of = rule_band.business_date
            and rule_band.band_set = 'overdue_stage'
            and current_loan_stage.product = rule_band.product
            and sent.stage = rule_band.band

),

found as (

    select
        compared.queue,
        compared.task_id,
        compared.task_date,
        compared.spoke_of,
        compared.loan_id,
        compared.stage,
        compared.amount,
        compared.known_stage,
        compared.known_amount,
        rule_task_recall.finding_rank,
        rule_task_recall.reason_zh,
        rule_task_recall.reason_en,
        rule_task_recall.rule_id,
        rule_task_recall.rule_version,
        row_number() over (
            partition by compared.queue, compared.task_id, compared.loan_id
            order by rule_task_recall.finding_rank
        ) as first_rank
    from compared
    inner join rule_task_recall
        on
            rule_task_recall.business_date = cast($business_date as date)
            and case rule_task_recall.finding
                when 'not_past_due' then compared.known_stage_rank = 0
                when 'paused' then compared.known_paused
                when 'lower_stage' then compared.known_stage_rank < compared.stage_rank
                when 'amount_too_high'
                    then compared.amount - compared.known_amount > rule_task_recall.more_than
            end

),

told as (

    select
        found.queue,
        found.task_id,
        found.loan_id,
        string_agg(distinct news.told_by, ', ' order by news.told_by) as told_by
    from found
    inner join news
        on
            found.queue = news.queue
            and found.loan_id = news.loan_id
            and found.spoke_of >= news.from_date
    where found.first_rank = 1
    group by found.queue, found.task_id, found.loan_id

),

worded as (

    select
        found.queue,
        found.task_id,
        found.task_date,
        found.loan_id,
        concat_ws(
            ' ‖ ',
            'loan_recalled',
            'loan=' || found.loan_id,
            'reason_en=' || found.reason_en,
            'reason_zh=' || found.reason_zh,
            'said=' || cast(found.amount as varchar),
            'known=' || cast(found.known_amount as varchar)
        ) as reason,
        found.loan_id || ' on ' || cast(found.spoke_of as varchar) || ': ' || found.stage || ' '
        || cast(found.amount as varchar) || ', now ' || found.known_stage || ' '
        || cast(found.known_amount as varchar) || coalesce(' (' || told.told_by || ')', '')
            as inputs,
        found.rule_id,
        found.rule_version,
        row_number() over (
            partition by found.queue, found.task_id
            order by found.finding_rank, found.loan_id
        ) as gravest_rank
    from found
    left join told
        on
            found.queue = told.queue
            and found.task_id = told.task_id
            and found.loan_id = told.loan_id
    where found.first_rank = 1

)

select
    worded.queue,
    worded.task_id,
    worded.task_date,
    actions.candidate_key,
    actions.customer_id,
    actions.loan_id,
    actions.case_id,
    string_agg(worded.reason, ' ¶ ' order by worded.loan_id) as reason,
    string_agg(worded.inputs, '; ' order by worded.loan_id) as inputs,
    max(case when worded.gravest_rank = 1 then worded.rule_id end) as rule_id,
    max(case when worded.gravest_rank = 1 then worded.rule_version end) as rule_version
from worded
inner join actions
    on
        worded.queue = actions.queue
        and worded.task_id = actions.task_id
        and actions.action_rank = 1
        and actions.task_action = 'added'
group by
    worded.queue,
    worded.task_id,
    worded.task_date,
    actions.candidate_key,
    actions.customer_id,
    actions.loan_id,
    actions.case_id
