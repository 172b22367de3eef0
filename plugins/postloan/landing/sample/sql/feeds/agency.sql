-- agency: two agencies work for the lender; the contract with a third ended over its conduct.

select
    days.known_on,
    agencies.*
from (
    select
        unnest(range(
            getvariable('opening'), getvariable('last_date') + 1, interval 1 day
        ))::date as known_on
) as days
cross join (
    values
    (
        'AG01', '示范催收服务有限公司', getvariable('opening') - 500, getvariable('opening') + 600,
        getvariable('opening') + 600, getvariable('opening') - 140, true, false
    ),
    (
        'AG02', '样本信用管理有限公司', getvariable('opening') - 210, null::date,
        getvariable('opening') + 520, getvariable('opening') - 60, true, false
    ),
    (
        'AG03', '旧例资产管理有限公司', getvariable('opening') - 900, getvariable('opening') - 170,
        getvariable('opening') - 170, getvariable('opening') - 200, false, true
    )
) as agencies (
    agency_id, agency_name, contract_from, contract_until, data_contract_until, last_evaluated_on,
    is_listed, has_violations
)
