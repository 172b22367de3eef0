-- known_death: customers of whose death the lender or a registry has told, at any time.
--
-- Silence takes nothing back: a later row without the date of death is an ordinary row, and what a
-- delivery in place of another leaves out is in `taken_back_restriction`. A registry tells of it by
-- a code, or by a word for it in the place of one; some lenders write the word behind the name. A
-- person releases each report by itself. One whose every day had not come when it was told cannot be
-- right, and a name is no field for it: both hold as the others do, but are a question.
--
-- grain   customer_id, told_by, record_key
-- reads   customer, enrolment, rule_enrolment_code, rule_enrolment_status, rule_check_word,
--         standing_release, told_load
-- write   view

with

told as (

    select
        customer_id,
        'lender' as told_by,
        'customer' as feed,
        'customer ' || customer_id as record_key,
        received_on,
        deceased_on > received_on + 1 as is_doubtful
    from customer
    where
        deceased_on is not null
        and received_on <= cast($known_on as date)

    union all

    -- A name that is sent again tells nothing new.
    select
        customer.customer_id,
        'name' as told_by,
        'customer' as feed,
        'name of customer ' || customer.customer_id as record_key,
        min(customer.received_on) as received_on,
        true as is_doubtful
    from customer
    inner join rule_check_word
        on
            rule_check_word.business_date = cast($business_date as date)
            and rule_check_word.check_name = 'not_deceased'
            and strpos(lower(customer.customer_name), rule_check_word.word) > 0
    where customer.received_on <= cast($known_on as date)
    group by customer.customer_id, customer.customer_name

    union all

    -- One report is enough, whatever another school says and however its code is spaced.
    select
        enrolment.customer_id,
        'registry' as told_by,
        'enrolment' as feed,
        concat_ws(
            ' ',
            'enrolment',
            enrolment.customer_id,
            enrolment.institution_id,
            cast(enrolment.effective_on as varchar)
        ) as record_key,
        enrolment.received_on,
        enrolment.effective_on > enrolment.received_on + 1 as is_doubtful
    from enrolment
    inner join rule_enrolment_code
        on
            rule_enrolment_code.business_date = cast($business_date as date)
            and enrolment.code_system = rule_enrolment_code.code_system
            and lower(translate(
                enrolment.status_code, '０１２３４５６７８９　  ', '0123456789'
            )) = rule_enrolment_code.status_code
    inner join rule_enrolment_status
        on
            rule_enrolment_status.business_date = cast($business_date as date)
            and rule_enrolment_code.canonical_status = rule_enrolment_status.canonical_status
    where
        rule_enrolment_status.effect = 'stop_contact'
        and enrolment.received_on <= cast($known_on as date)

    union all

    select
        enrolment.customer_id,
        'registry' as told_by,
        'enrolment' as feed,
        concat_ws(
            ' ',
            'enrolment',
            enrolment.customer_id,
            enrolment.institution_id,
            cast(enrolment.effective_on as varchar)
        ) as record_key,
        enrolment.received_on,
        enrolment.effective_on > enrolment.received_on + 1 as is_doubtful
    from enrolment
    inner join rule_check_word
        on
            rule_check_word.business_date = cast($business_date as date)
            and rule_check_word.check_name = 'not_deceased'
            and strpos(
                lower(translate(enrolment.status_code, '　  ', '')),
                rule_check_word.word
            ) > 0
    where enrolment.received_on <= cast($known_on as date)

),

newest as (

    select
        told.customer_id,
        told.told_by,
        told.record_key,
        max(told.received_on) as received_on,
        max(coalesce(told_load.load_no, 0)) as load_no,
        min(case when told.is_doubtful then 1 else 0 end) = 1 as is_doubtful
    from told
    left join told_load
        on
            told.feed = told_load.feed
            and told.received_on = told_load.received_on
    group by told.customer_id, told.told_by, told.record_key

)

select
    newest.customer_id,
    newest.told_by,
    newest.record_key,
    newest.received_on,
    newest.load_no,
    newest.is_doubtful
from newest
left join standing_release
    on
        newest.customer_id = standing_release.customer_id
        and standing_release.kind = 'deceased'
        and newest.record_key = standing_release.record_key
        and newest.received_on <= standing_release.released_on
        and newest.load_no <= standing_release.known_load_no
where standing_release.customer_id is null
