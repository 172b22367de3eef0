-- contact_loan: the loans that a message or a call of today would name.
--
-- One loan that is owed a task brings in every past-due loan of the customer in that currency, so
-- that nobody is contacted twice. A loan on hold, paused or paid since is left out and asks for
-- nothing. On the opening the same rows make the go-live list.
--
-- grain   queue, candidate_key, loan_id
-- reads   contact_due
-- write   temporary

with

owed as (

    select distinct
        queue,
        customer_id,
        currency
    from contact_due
    where
        is_owed
        and hold_kind is null
        and pause_reason is null
        and paid_reason is null

),

named as (

    select
        contact_due.queue,
        concat_ws('|', contact_due.customer_id, contact_due.currency) as candidate_key,
        contact_due.loan_id,
        contact_due.customer_id,
        contact_due.currency,
        contact_due.days_past_due,
        contact_due.overdue_amount,
        contact_due.stage,
        contact_due.stage_rank,
        contact_due.stage_entered_on,
        contact_due.template_id,
        contact_due.script_id,
        contact_due.reason_zh,
        contact_due.reason_en,
        contact_due.rule_id,
        contact_due.rule_version,
        contact_due.is_owed
    from contact_due
    inner join owed
        on
            contact_due.queue = owed.queue
            and contact_due.customer_id = owed.customer_id
            and contact_due.currency = owed.currency
    where
        contact_due.hold_kind is null
        and contact_due.pause_reason is null
        and contact_due.paid_reason is null

)

select
    queue,
    candidate_key,
    loan_id,
    customer_id,
    currency,
    days_past_due,
    overdue_amount,
    stage,
    stage_rank,
    stage_entered_on,
    template_id,
    script_id,
    reason_zh,
    reason_en,
    rule_id,
    rule_version,
    -- The worst loan that is owed the task decides what is said.
    row_number() over (
        partition by queue, candidate_key
        order by
            case when is_owed then 0 else 1 end,
            days_past_due desc,
            loan_id asc
    ) as speaking_rank
from named
