-- loan: one row per loan that was ever approved; what was never paid out or refused is cancelled.
-- A date comes as [y, m, d]; a field without a value is absent.
with

loans as (

    select
        item,
        cast(item ->> '$.status.id' as integer) as status_id
    from loan_document

)

select
    item ->> '$.id' as loan_id,
    item ->> '$.clientId' as customer_id,
    item ->> '$.externalId' as contract_id,
    coalesce(code.meaning, 'unspecified') as product,
    item ->> '$.currency.code' as currency,
    item ->> '$.principal' as principal,
    day_of(item -> '$.timeline.actualDisbursementDate') as disbursed_on,
    day_of(item -> '$.timeline.expectedMaturityDate') as matures_on,
    case
        when status_id in (300, 303, 304) then 'active'
        when status_id = 601 then 'written_off'
        when status_id in (600, 602, 700) then 'settled'
        else 'cancelled'
    end as loan_status,
    case
        when status_id not in (300, 303, 304)
            then day_of(left_on)
    end as status_on
from (
    select
        *,
        coalesce(
            item -> '$.overpaidOnDate',
            item -> '$.timeline.writeOffOnDate',
            item -> '$.timeline.closedOnDate',
            item -> '$.timeline.rejectedOnDate',
            item -> '$.timeline.withdrawnOnDate'
        ) as left_on
    from loans
) as dated
left join code
    on code.list_name = 'product' and code.code = (dated.item ->> '$.loanProductId')
