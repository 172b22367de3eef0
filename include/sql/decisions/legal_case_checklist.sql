-- legal_case_checklist: for each new case, which items of a lawsuit the data can show.
--
-- Present means that the data the item is made from is there; the paper itself is collected by
-- people. An item that nothing below knows is missing.
--
-- grain   business_date, case_id, item
-- reads   legal_case, rule_legal_checklist, current_loan, current_customer, task_loan
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
    from legal_case
    where business_date = cast($business_date as date)

),

reminded as (

    select distinct cases.case_id
    from cases
    inner join task_loan
        on
            cases.loan_id = task_loan.loan_id
            and cases.episode_started_on <= task_loan.business_date
    where task_loan.business_date < cast($business_date as date)

),

shown as (

    select
        cases.case_id,
        current_loan.contract_id is not null as has_contract,
        current_loan.disbursed_on is not null
        and current_loan.principal is not null as has_drawdown,
        cases.last_due_on is not null as has_schedule,
        reminded.case_id is not null as has_reminder,
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
    left join reminded
        on cases.case_id = reminded.case_id

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
    items.rule_id,
    items.rule_version
from shown
cross join items
