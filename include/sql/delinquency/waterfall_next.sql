-- waterfall_next: what is left of each component after one more payment on every loan.
--
-- The order that holds is the one for the days past due before the payment. Vertical processing
-- pays one component after the other of all that is due, horizontal one instalment after the other.
-- An instalment with no more than the tolerance left is settled: money passes it over.
--
-- grain   loan_id, instalment_no, component
-- reads   waterfall_item, waterfall_payment, rule_waterfall
-- write   temporary

with

regimes as (

    select
        product,
        component,
        component_rank,
        processing,
        from_days_past_due,
        lead(from_days_past_due) over (
            partition by product, component
            order by from_days_past_due
        ) as until_days_past_due
    from rule_waterfall
    where business_date = cast($business_date as date)

),

owed as (

    select
        item.loan_id,
        item.product,
        item.tolerance_amount,
        item.due_date_counts_as,
        item.instalment_no,
        item.due_on,
        item.effective_due_on,
        item.has_split,
        item.component,
        item.unpaid,
        payment.amount,
        payment.effective_on,
        payment.instalment_no as named_no,
        sum(item.unpaid) over (
            partition by item.loan_id, item.instalment_no
        ) as instalment_unpaid_before
    from waterfall_item as item
    inner join waterfall_payment as payment
        on item.loan_id = payment.loan_id
    where payment.turn = cast($turn as integer)

),

standing as (

    select
        loan_id,
        product,
        tolerance_amount,
        due_date_counts_as,
        instalment_no,
        due_on,
        effective_due_on,
        has_split,
        component,
        unpaid,
        amount,
        effective_on,
        case
            when instalment_no = named_no then 0
            when instalment_unpaid_before > tolerance_amount then 1
            else 2
        end as by_name,
        coalesce(max(
            case
                when
                    instalment_unpaid_before > tolerance_amount
                    and effective_due_on < effective_on + due_date_counts_as
                    then
                        cast(date_diff('day', effective_due_on, effective_on) as integer)
                        + due_date_counts_as
            end
        ) over (
            partition by loan_id
        ), 0) as days_past_due_before
    from owed

),

placed as (

    select
        standing.loan_id,
        standing.product,
        standing.tolerance_amount,
        standing.due_date_counts_as,
        standing.instalment_no,
        standing.due_on,
        standing.effective_due_on,
        standing.has_split,
        standing.component,
        standing.unpaid,
        standing.by_name,
        standing.amount,
        regimes.component_rank,
        case
            when regimes.processing = 'vertical' and standing.due_on <= standing.effective_on
                then regimes.component_rank
            when regimes.processing = 'vertical' then 9
            else 0
        end as by_component
    from standing
    inner join regimes
        on
            standing.product = regimes.product
            and standing.component = regimes.component
            and standing.days_past_due_before >= regimes.from_days_past_due
            and (
                regimes.until_days_past_due is null
                or standing.days_past_due_before < regimes.until_days_past_due
            )

),

queued as (

    select
        loan_id,
        product,
        tolerance_amount,
        due_date_counts_as,
        instalment_no,
        due_on,
        effective_due_on,
        has_split,
        component,
        unpaid,
        amount,
        sum(unpaid) over (
            partition by loan_id
            order by by_name, by_component, due_on, instalment_no, component_rank
            rows between unbounded preceding and current row
        ) as owed_up_to_here
    from placed

)

select
    loan_id,
    product,
    tolerance_amount,
    due_date_counts_as,
    instalment_no,
    due_on,
    effective_due_on,
    has_split,
    component,
    cast(
        greatest(least(unpaid, owed_up_to_here - amount), cast(0 as decimal(18, 2)))
        as decimal(18, 2)
    ) as unpaid
from queued

union all

select
    item.loan_id,
    item.product,
    item.tolerance_amount,
    item.due_date_counts_as,
    item.instalment_no,
    item.due_on,
    item.effective_due_on,
    item.has_split,
    item.component,
    item.unpaid
from waterfall_item as item
left join waterfall_payment as payment
    on
        item.loan_id = payment.loan_id
        and payment.turn = cast($turn as integer)
where payment.loan_id is null
