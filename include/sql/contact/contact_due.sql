-- contact_due: past-due loans beside every contact queue, and whether the queue owes them a task.
--
-- A step is owed at or past its day and not yet done in this stage of the episode, or again after
-- its interval; never on a day that only equals something, so a date nobody ran loses no contact.
-- What the opening found owed waits for a person, and then goes out with the next date.
--
-- grain   queue, loan_id
-- reads   current_loan_stage, current_loan_delinquency, recipient, rule_contact_plan, task_loan,
--         go_live_action, go_live_release, active_hold, paused_loan, paid_loan
-- write   temporary

with

loans as (

    -- Nobody is written to about an instalment on its due date, however days are counted.
    select
        current_loan_stage.loan_id,
        current_loan_stage.customer_id,
        current_loan_stage.currency,
        current_loan_stage.days_past_due,
        current_loan_stage.overdue_amount,
        current_loan_stage.stage,
        current_loan_stage.stage_rank,
        current_loan_stage.stage_entered_on,
        current_loan_stage.episode_started_on,
        coalesce(recipient.customer_group, 'unspecified') as customer_group
    from current_loan_stage
    inner join current_loan_delinquency
        on
            current_loan_stage.business_date = current_loan_delinquency.business_date
            and current_loan_stage.loan_id = current_loan_delinquency.loan_id
    left join recipient
        on current_loan_stage.customer_id = recipient.customer_id
    where
        current_loan_stage.business_date = cast($business_date as date)
        and current_loan_stage.stage_rank > 0
        and current_loan_delinquency.oldest_unpaid_due_on < cast($business_date as date)

),

plan as (

    select
        queue,
        stage,
        customer_group,
        from_days_past_due,
        repeat_after_days,
        template_id,
        script_id,
        reason_zh,
        reason_en,
        rule_id,
        rule_version
    from rule_contact_plan
    where business_date = cast($business_date as date)

),

queues as (

    select distinct queue
    from plan

),

done as (

    select
        task_loan.queue,
        task_loan.loan_id,
        max(task_loan.business_date) as last_done_on,
        max(case when task_loan.stage = loans.stage then task_loan.business_date end)
            as done_in_stage_on
    from task_loan
    inner join loans
        on
            task_loan.loan_id = loans.loan_id
            and task_loan.business_date >= loans.episode_started_on
    where task_loan.business_date < cast($business_date as date)
    group by task_loan.queue, task_loan.loan_id

),

released as (

    select distinct opened_on
    from go_live_release
    where business_date < cast($business_date as date)

),

waiting as (

    select
        go_live_action.queue,
        go_live_action.loan_id,
        go_live_action.stage,
        go_live_action.episode_started_on
    from go_live_action
    left join released
        on go_live_action.business_date = released.opened_on
    where
        go_live_action.business_date < cast($business_date as date)
        and released.opened_on is null

),

holds as (

    -- In the words of the check that a hold on the customer fails.
    select
        loan_id,
        hold_kind,
        case origin
            when 'quarantine' then 'refused row of ' || hold_id
            when 'doubtful_loan_position' then 'core banking says ' || hold_id
            else origin || ' since ' || cast(starts_on as varchar)
        end as inputs,
        row_number() over (
            partition by loan_id
            order by hold_kind, origin, starts_on, hold_id
        ) as hold_rank
    from active_hold
    where loan_id is not null

)

select
    queues.queue,
    loans.loan_id,
    loans.customer_id,
    loans.currency,
    loans.days_past_due,
    loans.overdue_amount,
    loans.stage,
    loans.stage_rank,
    loans.stage_entered_on,
    loans.episode_started_on,
    plan.template_id,
    plan.script_id,
    plan.reason_zh,
    plan.reason_en,
    plan.rule_id,
    plan.rule_version,
    holds.hold_kind,
    holds.inputs as hold_inputs,
    paused_loan.pause_reason,
    paused_loan.paused_since,
    paid_loan.reason as paid_reason,
    paid_loan.inputs as paid_inputs,
    plan.from_days_past_due is not null
    and loans.days_past_due >= plan.from_days_past_due
    and case
        when waiting.loan_id is not null and done.done_in_stage_on is null then false
        when done.done_in_stage_on is null then true
        when plan.repeat_after_days is null then false
        else done.last_done_on + plan.repeat_after_days <= cast($business_date as date)
    end as is_owed
from loans
cross join queues
left join plan
    on
        queues.queue = plan.queue
        and loans.stage = plan.stage
        and loans.customer_group = plan.customer_group
left join done
    on
        queues.queue = done.queue
        and loans.loan_id = done.loan_id
left join waiting
    on
        queues.queue = waiting.queue
        and loans.loan_id = waiting.loan_id
        and loans.stage = waiting.stage
        and loans.episode_started_on = waiting.episode_started_on
left join holds
    on
        loans.loan_id = holds.loan_id
        and holds.hold_rank = 1
left join paused_loan
    on loans.loan_id = paused_loan.loan_id
left join paid_loan
    on loans.loan_id = paid_loan.loan_id
