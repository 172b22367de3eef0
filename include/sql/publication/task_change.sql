-- task_change: what has changed in the tasks of today since they were last published.
--
-- A task of today that no longer passes is recalled; so is one of any date that is known now to
-- rest on wrong facts, one that may still lie on a list and that a check refuses now, and one whose
-- legal case has ended or was sent back since. Once the time to contact is past, contacts of today
-- are no longer added, and while a gate holds a queue nothing is; what went out is then recalled
-- only where a check refuses it or the facts were wrong, not because it would be worded anew.
-- Nothing is added that a check refuses by all that is loaded by now. Who was suppressed before the
-- hours is not contacted again by any file of the queue, whatever the task would say.
--
-- grain   queue, task_id
-- reads   eligible_task, withheld_task, standing_today, suppressed_contact, publication,
--         task_to_recall, refused_task, legal_task_ended, unwanted_task
-- write   temporary

with

reasons_to_recall as (

    select
        queue,
        task_id,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        1 as kind_rank,
        'refuted' as recall_kind,
        reason,
        inputs,
        rule_id,
        rule_version
    from task_to_recall

    union all

    select
        queue,
        task_id,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        3 as kind_rank,
        'refused' as recall_kind,
        reason,
        inputs,
        rule_id,
        rule_version
    from refused_task

    union all

    select
        queue,
        task_id,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        2 as kind_rank,
        'withdrawn' as recall_kind,
        reason,
        inputs,
        rule_id,
        rule_version
    from legal_task_ended

    union all

    select
        queue,
        task_id,
        cast($business_date as date) as task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        4 as kind_rank,
        'unwanted' as recall_kind,
        reason,
        candidate_key as inputs,
        rule_id,
        rule_version
    from unwanted_task

),

recalls as (

    select
        queue,
        task_id,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        -- Before its hours a contact was not made, whatever it is recalled for.
        case
            when cast($is_suppression as boolean) and task_date = cast($business_date as date)
                then 'suppressed'
            else recall_kind
        end as recall_kind,
        reason,
        inputs,
        rule_id,
        rule_version,
        row_number() over (
            partition by queue, task_id
            order by kind_rank, reason
        ) as reason_rank
    from reasons_to_recall

),

changes as (

    select
        eligible_task.queue,
        eligible_task.task_id,
        'added' as task_action,
        cast($business_date as date) as task_date,
        eligible_task.candidate_key,
        eligible_task.customer_id,
        eligible_task.loan_id,
        eligible_task.case_id,
        eligible_task.phone,
        eligible_task.reason_code,
        eligible_task.window_start,
        eligible_task.window_end,
        cast(null as varchar) as recall_kind,
        cast(null as varchar) as reason,
        cast(null as varchar) as inputs,
        eligible_task.rule_id,
        eligible_task.rule_version
    from eligible_task
    left join standing_today
        on
            eligible_task.queue = standing_today.queue
            and eligible_task.task_id = standing_today.task_id
    where
        standing_today.task_id is null
        and not exists (
            select 1
            from withheld_task
            where
                eligible_task.queue = withheld_task.queue
                and eligible_task.task_id = withheld_task.task_id
        )
        and not exists (
            select 1
            from suppressed_contact
            where
                eligible_task.queue = suppressed_contact.queue
                and (
                    eligible_task.candidate_key = suppressed_contact.candidate_key
                    or (
                        eligible_task.window_start is not null
                        and eligible_task.customer_id = suppressed_contact.customer_id
                    )
                )
        )
        and not cast($is_held as boolean)
        and (eligible_task.window_start is null or not cast($contact_is_past as boolean))

    union all

    -- A recall carries nothing of the person.
    select
        queue,
        task_id,
        'recalled' as task_action,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        cast(null as varchar) as phone,
        cast(null as varchar) as reason_code,
        cast(null as varchar) as window_start,
        cast(null as varchar) as window_end,
        recall_kind,
        reason,
        inputs,
        rule_id,
        rule_version
    from recalls
    where reason_rank = 1

),

revisions as (

    select
        queue,
        max(revision) as revision
    from publication
    where business_date = cast($business_date as date)
    group by queue

)

select
    cast($business_date as date) as business_date,
    changes.queue,
    coalesce(revisions.revision, 0) + 1 as revision,
    changes.task_id,
    changes.task_action,
    changes.task_date,
    changes.candidate_key,
    changes.customer_id,
    changes.loan_id,
    changes.case_id,
    changes.phone,
    changes.reason_code,
    changes.window_start,
    changes.window_end,
    changes.recall_kind,
    changes.reason,
    changes.inputs,
    changes.rule_id,
    changes.rule_version
from changes
left join revisions
    on changes.queue = revisions.queue
