-- contact_left_out: loans on hold, paused or paid since that a message or a call of today leaves out.
--
-- The wish goes on without the loan; what was refused has a key of its own, with the loan in it.
--
-- grain   queue, denial_key, check_name
-- reads   contact_due, contact_check_rule
-- write   view

with

left_out as (

    select
        queue,
        customer_id,
        currency,
        loan_id,
        'no_hold' as check_name,
        hold_kind as subject,
        'hold_' || hold_kind as reason,
        hold_inputs as inputs
    from contact_due
    where
        is_owed
        and hold_kind is not null

    union all

    select
        queue,
        customer_id,
        currency,
        loan_id,
        'not_paused' as check_name,
        'any' as subject,
        'paused' as reason,
        pause_reason || ' since ' || cast(paused_since as varchar) as inputs
    from contact_due
    where
        is_owed
        and pause_reason is not null

    union all

    select
        queue,
        customer_id,
        currency,
        loan_id,
        'still_owed' as check_name,
        'any' as subject,
        paid_reason as reason,
        paid_inputs as inputs
    from contact_due
    where
        is_owed
        and paid_reason is not null

)

select
    case when cast($is_opening as boolean) then 'go_live' else left_out.queue end as queue,
    concat_ws(
        '|',
        case when cast($is_opening as boolean) then left_out.queue end,
        left_out.customer_id,
        left_out.currency
    ) as candidate_key,
    concat_ws(
        '|',
        case when cast($is_opening as boolean) then left_out.queue end,
        left_out.customer_id,
        left_out.currency,
        left_out.loan_id
    ) as denial_key,
    left_out.check_name,
    left_out.subject,
    left_out.customer_id,
    left_out.loan_id,
    left_out.reason,
    left_out.inputs,
    contact_check_rule.rule_id,
    contact_check_rule.rule_version
from left_out
left join contact_check_rule
    on
        left_out.check_name = contact_check_rule.check_name
        and left_out.subject = contact_check_rule.subject
