-- collateral: what secures a loan; given free on the day it is paid before its time.

with

things as (

    select
        *,
        case
            when guarantee_kind = 'pledge'
                then pick(['deposit', 'securities', 'receivable', 'other'], draw('pledged', loan_no))
            else pick(
                ['real_estate', 'real_estate', 'vehicle', 'vehicle', 'land_use', 'equipment'],
                draw('mortgaged', loan_no)
            )
        end as asset_kind,
        disbursed_on - whole(draw('appraised', loan_no), 2, 20) as appraised_on,
        case when guarantee_kind <> 'pledge' then disbursed_on end as registered_on
    from loan_security
    where guarantee_kind in ('mortgage', 'pledge', 'mixed')

),

moments as (

    select
        *,
        greatest(disbursed_on, getvariable('opening')) as known_on
    from things

    union all

    select
        *,
        prepaid_on as known_on
    from things
    where prepaid_on > getvariable('opening') and prepaid_on > disbursed_on

)

select
    known_on,
    'D' || digits(loan_no, 8) as collateral_id,
    loan_ref(loan_no) as loan_id,
    case guarantee_kind when 'pledge' then 'pledge' else 'mortgage' end as security_kind,
    asset_kind,
    case when draw('collateral owner', loan_no) < 0.8 then 'debtor' else 'third_party' end
        as owned_by,
    yuan(principal_cents * whole(draw('collateral worth', loan_no), 12, 30) // 10)
        as appraised_value,
    'CNY' as currency,
    appraised_on,
    case when registered_on is not null then 'DJ' || digits(loan_no, 10) end as registration_no,
    registered_on,
    whole(draw('collateral rank', loan_no) * 0.6, 1, 2) as priority,
    case when known_on >= prepaid_on then prepaid_on end as released_on
from moments
