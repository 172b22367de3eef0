-- guarantor: who stands surety; let go on the day a loan is paid before its time.

with

sureties as (

    select
        *,
        case
            when product = 'student' then 'parent'
            else pick(
                [
                    'spouse', 'sibling', 'child', 'relative', 'friend', 'colleague', 'other',
                    'parent', 'employer', 'guarantee_company'
                ],
                draw('surety', loan_no)
            )
        end as relation,
        getvariable('opening')::date - 38 * 365 - (loan_no * 37 % 7000)::integer as birth_on,
        draw('surety gender', loan_no) < 0.5 as is_female
    from loan_security
    where guarantee_kind in ('guarantor', 'mixed')

),

people as (

    select
        *,
        relation not in ('employer', 'guarantee_company') as is_person,
        -- Serials that no customer has.
        800 + 2 * (loan_no % 99)::integer + case when is_female then 0 else 1 end as serial
    from sureties

),

moments as (

    select
        *,
        greatest(disbursed_on, getvariable('opening')) as known_on
    from people

    union all

    select
        *,
        prepaid_on as known_on
    from people
    where prepaid_on > getvariable('opening') and prepaid_on > disbursed_on

)

select
    known_on,
    'G' || digits(loan_no, 8) as guarantor_id,
    loan_ref(loan_no) as loan_id,
    case when is_person then 'person' else 'company' end as guarantor_kind,
    case
        when is_person then full_name('surety', loan_no, is_female)
        else surname(draw('surety.surname', loan_no)) || '氏'
            || case relation when 'employer' then '商贸有限公司' else '融资担保有限公司' end
    end as guarantor_name,
    case
        when is_person then id_body(birth_on, serial) || check_digit(id_body(birth_on, serial))
    end as id_number,
    phone_number('surety phone', loan_no) as phone,
    postal_address('surety home', loan_no) as address,
    relation,
    case
        when draw('surety liability', loan_no) < 0.85 then 'joint'
        when draw('surety liability', loan_no) < 0.95 then 'general'
    end as liability,
    case when draw('surety part', loan_no) < 0.2 then yuan(principal_cents // 2) end
        as guaranteed_amount,
    disbursed_on as guaranteed_from,
    -- Six months where the contract does not say otherwise.
    case when draw('surety term', loan_no) < 0.7 then matures_on + 183 end as guaranteed_until,
    case when known_on >= prepaid_on then prepaid_on end as released_on
from moments
