-- known_birth: every date of birth that was told of a customer, as a date or within the identity
-- number.
--
-- None is forgotten when another is told: whoever is a child by one of them may be one. A person
-- releases what was known then.
--
-- grain   customer_id, told_by, birth_on
-- reads   told_identity, standing_release, told_load
-- write   view

with

numbers as (

    select
        customer_id,
        received_on,
        case
            when
                regexp_matches(
                    id_number,
                    '^[0-9]{6}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][1-9]|[123]0|31)[0-9]{3}[0-9X]?$'
                )
                then id_number
        end as id_number
    from told_identity

),

months as (

    select
        customer_id,
        received_on,
        cast(
            substring(id_number, 7, 4) || '-' || substring(id_number, 11, 2) || '-01' as date
        ) as first_day,
        cast(substring(id_number, 13, 2) as integer) as birth_day
    from numbers
    where id_number is not null

),

births as (

    select
        customer_id,
        'date of birth' as told_by,
        birth_on,
        received_on
    from told_identity
    where birth_on is not null

    union all

    select
        customer_id,
        'identity number' as told_by,
        first_day + birth_day - 1 as birth_on,
        received_on
    from months
    where first_day + birth_day - 1 <= last_day(first_day)

)

select
    births.customer_id,
    births.told_by,
    births.birth_on,
    max(births.received_on) as received_on,
    max(coalesce(told_load.load_no, 0)) as load_no
from births
left join told_load
    on
        told_load.feed = 'customer'
        and births.received_on = told_load.received_on
left join standing_release
    on
        births.customer_id = standing_release.customer_id
        and standing_release.kind = 'minor'
        and births.told_by = standing_release.record_key
        and births.received_on <= standing_release.released_on
        and coalesce(told_load.load_no, 0) <= standing_release.known_load_no
where standing_release.customer_id is null
group by births.customer_id, births.told_by, births.birth_on
