-- unclear_status: codes of a registry that nobody has mapped, and that nobody has mended or
-- released.
--
-- A code that cannot be read may tell of a death: text in place of a code, or a code of another
-- system. The crosswalk maps it, a later row for the same day at the same school mends it, or a
-- person releases it. A word for a death is no unclear code (`known_death`).
--
-- grain   customer_id, institution_id, effective_on
-- reads   current_enrolment, rule_enrolment_code, rule_contact_check, standing_release, told_load
-- write   view

with

told as (

    select
        customer_id,
        institution_id,
        effective_on,
        code_system,
        lower(translate(
            status_code, '０１２３４５６７８９　  ', '0123456789'
        )) as status_code,
        received_on
    from current_enrolment

)

select
    told.customer_id,
    told.institution_id,
    told.effective_on,
    told.received_on,
    coalesce(told_load.load_no, 0) as load_no
from told
left join told_load
    on
        told_load.feed = 'enrolment'
        and told.received_on = told_load.received_on
left join rule_enrolment_code
    on
        rule_enrolment_code.business_date = cast($business_date as date)
        and told.code_system = rule_enrolment_code.code_system
        and told.status_code = translate(rule_enrolment_code.status_code, ' ', '')
left join rule_contact_check
    on
        rule_contact_check.business_date = cast($business_date as date)
        and rule_contact_check.check_name = 'not_deceased'
        and regexp_matches(told.status_code, rule_contact_check.pattern)
left join standing_release
    on
        told.customer_id = standing_release.customer_id
        and standing_release.kind = 'unclear_status'
        and standing_release.record_key = concat_ws(
            ' ',
            'enrolment',
            told.customer_id,
            told.institution_id,
            cast(told.effective_on as varchar)
        )
        and told.received_on <= standing_release.released_on
        and coalesce(told_load.load_no, 0) <= standing_release.known_load_no
where
    rule_enrolment_code.status_code is null
    and rule_contact_check.rule_id is null
    and standing_release.customer_id is null
