-- told_identity: what was ever told of the identity of customers: numbers in one form, and births.
--
-- Spaces, signs, full width and the case of letters make no other number. One of the country's, 18
-- digits with a region and a date of birth, is the identity whatever stands before or behind it, a
-- word, another document or a number of the lender's, and with the letter O for 0, l or I for 1; one
-- that stands by itself between signs goes before one that signs divide. Two of them in one cell are
-- two identities. Without one, a passport or another document counts without its word, a card of Hong
-- Kong with the check digit in brackets both with and without it, and a permit to travel to the
-- mainland without the two digits that say how often it was issued.
--
-- One of 18 digits of a person born before 2000 has the older form of 15, without century and check
-- digit; it is the key of both. A check digit makes no difference, nor does a missing one. One that is
-- partly hidden or too short identifies nobody. A later row takes nothing back: the number that was
-- right before it was garbled, blanked or changed is still one that the person had, also where the
-- delivery that told it was replaced by another.
--
-- grain   one row per customer, telling and number
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

signed as (

    select
        customer_id,
        birth_on,
        id_number as spelling,
        -- Signs stand as one and the same, and one before and behind the whole.
        case
            when id_number not like '%*%'
                then '|' || regexp_replace(
                    upper(translate(
                        id_number,
                        '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ×ⅩⅹХх',
                        '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZXXXXX'
                    )),
                    '[^0-9A-Z一-龥]',
                    '|',
                    'g'
                ) || '|'
        end as apart,
        received_on
    from told
    where received_on <= cast($known_on as date)

),

folded as (

    select
        customer_id,
        birth_on,
        spelling,
        apart,
        translate(apart, 'OIL', '011') as apart_in_digits,
        replace(apart, '|', '') as together,
        translate(apart, 'OIL|', '011') as together_in_digits,
        replace(
            regexp_replace(
                regexp_replace(apart, 'PASSPORT|HKID|[一-龥]', '|', 'g'),
                '[|]((NO|ID)[|]+)+',
                '|',
                'g'
            ),
            '|',
            ''
        ) as without_words,
        received_on
    from signed

),

placed as (

    -- The place of a number is that of the first mark set in its stead.
    select
        customer_id,
        birth_on,
        spelling,
        apart,
        apart_in_digits,
        together,
        together_in_digits,
        without_words,
        strpos(
            regexp_replace(
                apart_in_digits,
                '[^0-9][1-8][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])'
                || '([0-2][1-9]|[123]0|31)[0-9]{3}[0-9X][^0-9]',
                '#',
                'g'
            ),
            '#'
        ) as place_apart,
        strpos(
            regexp_replace(
                together_in_digits,
                '[1-8][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][1-9]|[123]0|31)[0-9]{3}[0-9X]',
                '#',
                'g'
            ),
            '#'
        ) as place_together,
        received_on
    from folded

),

found as (

    select
        customer_id,
        birth_on,
        spelling,
        case
            when place_apart > 0 then substring(apart_in_digits, place_apart + 1, 18)
            when place_together > 0 then substring(together_in_digits, place_together, 18)
            -- No date that there is, and another document behind it.
            when regexp_matches(together, '^[A-Z一-龥]*[0-9]{17}[0-9X][A-Z一-龥]')
                then substring(regexp_replace(together, '^[A-Z一-龥]+', '', 'g'), 1, 18)
            when regexp_matches(together, '[0-9]{15}')
                then regexp_replace(together, '[A-WYZ一-龥]', '', 'g')
            when regexp_matches(without_words, '^[A-Z]{1,3}[0-9]{6,}[0-9A-Z]*$') then without_words
            when regexp_matches(together, '^(护照(号码?)?|PASSPORT(N[O0])?)[0-9]{7,9}$')
                then regexp_replace(together, '[A-Z一-龥]', '', 'g')
            else together
        end as id_number,
        case
            when place_apart > 0
                then
                    substring(apart_in_digits, 1, place_apart)
                    || 'A'
                    || substring(apart_in_digits, place_apart + 19)
            when place_together > 0
                then
                    substring(together_in_digits, 1, place_together - 1)
                    || 'A'
                    || substring(together_in_digits, place_together + 18)
        end as rest,
        case
            when
                regexp_matches(
                    apart, '^([|一-龥]|HKID|ID|NO)*[|一-龥][A-Z]{1,2}[0-9]{6}[|]+[0-9A][|]+$'
                )
                then substring(without_words, 1, length(without_words) - 1)
        end as card,
        received_on
    from placed

),

others as (

    select
        customer_id,
        birth_on,
        spelling,
        replace(rest, '|', '') as rest,
        strpos(
            regexp_replace(
                replace(rest, '|', ''),
                '[1-8][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][1-9]|[123]0|31)[0-9]{3}[0-9X]',
                '#',
                'g'
            ),
            '#'
        ) as place,
        received_on
    from found
    where rest is not null

),

plain as (

    select
        customer_id,
        birth_on,
        spelling,
        id_number,
        received_on
    from found

    union all

    select
        customer_id,
        birth_on,
        spelling,
        substring(rest, place, 18) as id_number,
        received_on
    from others
    where place > 0

    union all

    select
        customer_id,
        birth_on,
        spelling,
        card as id_number,
        received_on
    from found
    where card is not null

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
        when regexp_matches(id_number, '^[HM][0-9]{10}$') then substring(id_number, 1, 9)
        when regexp_matches(id_number, '^.{6,}$') then id_number
    end as identity_key,
    received_on
from plain
