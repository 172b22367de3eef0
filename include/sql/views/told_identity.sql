-- told_identity: what was ever told of the identity of customers: numbers in one form, and births.
--
-- Spaces, signs, full width and the case of letters make no other number, nor does a word or another
-- document before or behind one of the country's. One of 18 digits of a person born before 2000 has the older form of
-- 15, without century and check digit; it is the key of both. A check digit makes no difference, nor
-- does a missing one. One that is partly hidden or too short identifies nobody. A later row takes nothing
-- back: the number that was right before it was garbled, blanked or changed is still one that the
-- person had, also where the delivery that told it was replaced by another.
--
-- grain   one row per customer and telling
-- reads   customer, left_out_identity
-- write   view

with

told as (

    select
        customer_id,
        birth_on,
        id_number,
        received_on
    from customer

    union all

    select
        customer_id,
        birth_on,
        id_number,
        received_on
    from left_out_identity

),

folded as (

    select
        customer_id,
        birth_on,
        id_number as spelling,
        case
            when id_number not like '%*%'
                then regexp_replace(
                    upper(translate(
                        id_number,
                        '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ×ⅩⅹХх',
                        '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZXXXXX'
                    )),
                    '[^0-9A-Z一-龥]',
                    '',
                    'g'
                )
        end as id_number,
        received_on
    from told
    where received_on <= cast($known_on as date)

),

plain as (

    select
        customer_id,
        birth_on,
        spelling,
        case
            -- Another document may stand behind it.
            when regexp_matches(id_number, '^[A-Z一-龥]*[0-9]{17}[0-9X][A-Z一-龥]')
                then substring(regexp_replace(id_number, '^[A-Z一-龥]+', '', 'g'), 1, 18)
            when regexp_matches(id_number, '[0-9]{15}')
                then regexp_replace(id_number, '[A-WYZ一-龥]', '', 'g')
            else id_number
        end as id_number,
        received_on
    from folded

)

select
    customer_id,
    birth_on,
    spelling,
    id_number,
    case
        when regexp_matches(id_number, '^[0-9]{6}19[0-9]{9}[0-9X]?$')
            then substring(id_number, 1, 6) || substring(id_number, 9, 9)
        when regexp_matches(id_number, '^[0-9]{6}20[0-9]{9}[0-9X]?$')
            then substring(id_number, 1, 17)
        when regexp_matches(id_number, '^.{6,}$') then id_number
    end as identity_key,
    received_on
from plain
