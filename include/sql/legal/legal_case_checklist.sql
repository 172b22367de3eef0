-- legal_case_checklist: for each case that is severe, which items of a lawsuit the data can show.
--
-- Present means that the data the item is made from is there; the paper itself is collected by
-- people. An item that nothing below knows is missing. What we asked for is no evidence of dunning:
-- it is there where a report says that the debtor spoke or replied, or that a message was delivered
-- that went to nobody else, or where one was served. What is known either way is told.
--
-- grain   business_date, case_id, item
-- reads   legal_case_now, rule_legal_checklist, current_loan, current_customer, task_loan,
--         current_contact_outcome, current_legal_event
-- write   partition business_date

with

cases as (

    select
        case_id,
        loan_id,
        customer_id,
        episode_started_on,
        claim_principal,
        claim_interest,
        claim_fee,
        last_due_on,
        limitation_earliest_on
    from legal_case_now
    where is_severe

),

asked_for as (

    select
        cases.case_id,
        count(distinct task_loan.task_id) as tasks
    from cases
    inner join task_loan
        on
            cases.loan_id = task_loan.loan_id
            and cases.episode_started_on <= task_loan.business_date
    where task_loan.business_date < cast($business_date as date)
    group by cases.case_id

),

reports as (

    -- A report that names no loan is about all of the customer's.
    select
        cases.case_id,
        cast(current_contact_outcome.attempted_at as date) as tried_on,
        (
            -- A report of a delivery that names nobody is about the debtor's own number.
            current_contact_outcome.result = 'delivered'
            and current_contact_outcome.counterpart in ('debtor', 'nobody')
            and current_contact_outcome.contact_no is null
        )
        or (
            current_contact_outcome.counterpart = 'debtor'
            and current_contact_outcome.result in ('connected', 'answered', 'refused')
        ) as is_reached
    from cases
    inner join current_contact_outcome
        on
            cases.customer_id = current_contact_outcome.customer_id
            and (
                current_contact_outcome.loan_id is null
                or cases.loan_id = current_contact_outcome.loan_id
            )
    where
        cast(current_contact_outcome.attempted_at as date) >= cases.episode_started_on
        and cast(current_contact_outcome.attempted_at as date) <= cast($business_date as date)

    union all

    select
        cases.case_id,
        current_legal_event.happened_on as tried_on,
        true as is_reached
    from cases
    inner join current_legal_event
        on cases.loan_id = current_legal_event.loan_id
    where
        current_legal_event.event_kind in ('letter_signed', 'message_delivered')
        and current_legal_event.happened_on >= cases.episode_started_on
        and current_legal_event.happened_on <= cast($business_date as date)

),

reported as (

    select
        case_id,
        count(*) as attempts,
        sum(case when is_reached then 1 else 0 end) as reached,
        max(case when is_reached then tried_on end) as reached_on
    from reports
    group by case_id

),

dunned as (

    select
        cases.case_id,
        coalesce(asked_for.tasks, 0) as tasks,
        coalesce(reported.attempts, 0) as attempts,
        coalesce(reported.reached, 0) as reached,
        reported.reached_on
    from cases
    left join asked_for
        on cases.case_id = asked_for.case_id
    left join reported
        on cases.case_id = reported.case_id

),

shown as (

    select
        cases.case_id,
        current_loan.contract_id is not null as has_contract,
        current_loan.disbursed_on is not null
        and current_loan.principal is not null as has_drawdown,
        cases.last_due_on is not null as has_schedule,
        dunned.reached > 0 as has_reminder,
        dunned.tasks,
        dunned.attempts,
        dunned.reached,
        dunned.reached_on,
        current_customer.id_number is not null as has_id_number,
        current_customer.address is not null as has_address,
        cases.claim_principal is not null
        and cases.claim_interest is not null
        and cases.claim_fee is not null as has_claim_split,
        cases.limitation_earliest_on is not null
        and cases.limitation_earliest_on >= cast($business_date as date) as is_within_limitation
    from cases
    left join current_loan
        on cases.loan_id = current_loan.loan_id
    left join current_customer
        on cases.customer_id = current_customer.customer_id
    inner join dunned
        on cases.case_id = dunned.case_id

),

items as (

    select
        item,
        item_rank,
        rule_id,
        rule_version
    from rule_legal_checklist
    where business_date = cast($business_date as date)

)

select
    cast($business_date as date) as business_date,
    shown.case_id,
    items.item,
    items.item_rank,
    case
        when
            case items.item
                when 'contract' then shown.has_contract
                when 'drawdown_voucher' then shown.has_drawdown
                when 'repayment_ledger' then shown.has_schedule
                when 'dunning_evidence' then shown.has_reminder
                when 'id_document' then shown.has_id_number
                when 'address_for_service' then shown.has_address
                when 'claim_calculation' then shown.has_claim_split
                when 'limitation_proof' then shown.is_within_limitation
                else false
            end
            then 'present'
        else 'missing'
    end as item_state,
    case
        when items.item = 'dunning_evidence'
            then
                '已生成任务 ' || cast(shown.tasks as varchar)
                || ', 反馈 ' || cast(shown.attempts as varchar)
                || ', 送达或联系到本人 ' || cast(shown.reached as varchar)
                || coalesce(', 最近 ' || cast(shown.reached_on as varchar), '')
    end as known_zh,
    case
        when items.item = 'dunning_evidence'
            then
                'tasks made ' || cast(shown.tasks as varchar)
                || ', attempts reported ' || cast(shown.attempts as varchar)
                || ', delivered or debtor reached ' || cast(shown.reached as varchar)
                || coalesce(', last on ' || cast(shown.reached_on as varchar), '')
    end as known_en,
    items.rule_id,
    items.rule_version
from shown
cross join items
