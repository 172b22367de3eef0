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
-- reads   eligible_task, withheld_task, task, suppressed_contact, publication, task_to_recall,
--         refused_task, legal_task_ended, denial_in_words, rule_legal_wording, current_loan_stage,
--         current_loan
-- write   temporary

with

latest_actions as (

    select
        queue,
        task_id,
        task_action,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        window_start,
        row_number() over (
            partition by queue, task_id
            order by revision desc
        ) as action_rank
    from task
    where business_date = cast($business_date as date)

),

standing as (

    select
        queue,
        task_id,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        window_start
    from latest_actions
    where
        action_rank = 1
        and task_action = 'added'

),

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
        standing.queue,
        standing.task_id,
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
    from standing
    left join current_loan_stage
        on
            current_loan_stage.business_date = cast($business_date as date)
            and standing.loan_id = current_loan_stage.loan_id
    left join current_loan
        on standing.loan_id = current_loan.loan_id
    left join wording
        on
            wording.code
            = case
                when current_loan.loan_status = 'active' then 'cured'
                else current_loan.loan_status
            end
    where standing.case_id is not null

),

unwanted as (

    select
        standing.queue,
        standing.task_id,
        standing.candidate_key,
        standing.customer_id,
        standing.loan_id,
        standing.case_id,
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
    from standing
    left join eligible_task
        on
            standing.queue = eligible_task.queue
            and standing.task_id = eligible_task.task_id
    left join recalled_later
        on
            standing.queue = recalled_later.queue
            and standing.task_id = recalled_later.task_id
    left join denial_in_words
        on
            standing.queue = denial_in_words.queue
            and standing.candidate_key = denial_in_words.candidate_key
    left join known_of_cases
        on
            standing.queue = known_of_cases.queue
            and standing.task_id = known_of_cases.task_id
    where
        eligible_task.task_id is null
        and recalled_later.task_id is null
        and not cast($is_held as boolean)
        and (
            standing.window_start is null
            or denial_in_words.queue is not null
            or not cast($contact_is_past as boolean)
        )

),

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
    from unwanted

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
        cast(null as varchar) as recall_kind,
        cast(null as varchar) as reason,
        eligible_task.reason_zh,
        eligible_task.reason_en,
        cast(null as varchar) as inputs,
        eligible_task.rule_id,
        eligible_task.rule_version
    from eligible_task
    left join standing
        on
            eligible_task.queue = standing.queue
            and eligible_task.task_id = standing.task_id
    where
        standing.task_id is null
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

    select
        queue,
        task_id,
        'recalled' as task_action,
        task_date,
        candidate_key,
        customer_id,
        loan_id,
        case_id,
        recall_kind,
        reason,
        cast(null as varchar) as reason_zh,
        cast(null as varchar) as reason_en,
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
    eligible_task.customer_name,
    eligible_task.phone,
    changes.customer_id,
    changes.loan_id,
    changes.case_id,
    eligible_task.alert_id,
    eligible_task.planned_queue,
    eligible_task.template_id,
    eligible_task.script_id,
    eligible_task.currency,
    eligible_task.amount_due,
    eligible_task.loan_count,
    eligible_task.loan_amounts,
    eligible_task.days_past_due,
    eligible_task.stage,
    eligible_task.severity,
    eligible_task.evidence,
    eligible_task.claim_principal,
    eligible_task.claim_interest,
    eligible_task.claim_fee,
    eligible_task.claim_scope_zh,
    eligible_task.claim_scope_en,
    eligible_task.limitation_earliest_on,
    eligible_task.excluded_routes,
    eligible_task.missing_items_zh,
    eligible_task.missing_items_en,
    eligible_task.approved_on,
    eligible_task.approved_by,
    eligible_task.approval_reason,
    changes.recall_kind,
    changes.reason,
    changes.reason_zh,
    changes.reason_en,
    changes.inputs,
    eligible_task.window_start,
    eligible_task.window_end,
    changes.rule_id,
    changes.rule_version
from changes
-- What is added says all of it; a recall carries nothing of the person.
left join eligible_task
    on
        changes.task_action = 'added'
        and changes.queue = eligible_task.queue
        and changes.task_id = eligible_task.task_id
left join revisions
    on changes.queue = revisions.queue
