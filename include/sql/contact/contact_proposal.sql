-- contact_proposal: one message or call per customer, queue and currency; on the opening, its go-live
-- row.
--
-- grain   queue, candidate_key
-- reads   contact_loan
-- write   temporary

with

spoken as (

    select
        queue,
        candidate_key,
        customer_id,
        currency,
        stage,
        template_id,
        script_id,
        reason_zh,
        reason_en,
        rule_id,
        rule_version
    from contact_loan
    where speaking_rank = 1

),

summed as (

    select
        queue,
        candidate_key,
        cast(sum(overdue_amount) as decimal(18, 2)) as amount_due,
        cast(count(*) as integer) as loan_count,
        max(days_past_due) as days_past_due,
        string_agg(
            loan_id || ': ' || cast(overdue_amount as varchar), '; '
            order by loan_id
        ) as loan_amounts,
        string_agg(
            loan_id || ' ' || stage || ' ' || cast(stage_entered_on as varchar), '; '
            order by loan_id
        ) as loan_stages
    from contact_loan
    group by queue, candidate_key

)

select
    case when cast($is_opening as boolean) then 'go_live' else spoken.queue end as queue,
    case
        when cast($is_opening as boolean)
            then concat_ws('|', spoken.queue, spoken.candidate_key)
        else spoken.candidate_key
    end as candidate_key,
    case when cast($is_opening as boolean) then spoken.queue end as planned_queue,
    spoken.customer_id,
    spoken.currency,
    summed.amount_due,
    summed.loan_count,
    summed.loan_amounts,
    summed.loan_stages,
    summed.days_past_due,
    spoken.stage,
    case when not cast($is_opening as boolean) then spoken.template_id end as template_id,
    case when not cast($is_opening as boolean) then spoken.script_id end as script_id,
    spoken.reason_zh,
    spoken.reason_en,
    spoken.rule_id,
    spoken.rule_version
from spoken
inner join summed
    on
        spoken.queue = summed.queue
        and spoken.candidate_key = summed.candidate_key
