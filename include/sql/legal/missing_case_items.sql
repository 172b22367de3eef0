-- missing_case_items: what the file of a case still lacks, by its newest checklist.
--
-- A case is looked at every day, as long as it is not finished.
--
-- grain   case_id
-- reads   legal_case_checklist, rule_legal_checklist
-- write   view

with

looked_at as (

    select
        case_id,
        max(business_date) as business_date
    from legal_case_checklist
    where business_date <= cast($business_date as date)
    group by case_id

)

select
    legal_case_checklist.case_id,
    string_agg(
        coalesce(rule_legal_checklist.title_zh, legal_case_checklist.item)
        || coalesce(' (' || legal_case_checklist.known_zh || ')', ''), '; '
        order by legal_case_checklist.item_rank
    ) as items_zh,
    string_agg(
        coalesce(rule_legal_checklist.title_en, legal_case_checklist.item)
        || coalesce(' (' || legal_case_checklist.known_en || ')', ''), '; '
        order by legal_case_checklist.item_rank
    ) as items_en
from looked_at
inner join legal_case_checklist
    on
        looked_at.case_id = legal_case_checklist.case_id
        and looked_at.business_date = legal_case_checklist.business_date
left join rule_legal_checklist
    on
        rule_legal_checklist.business_date = cast($business_date as date)
        and legal_case_checklist.item = rule_legal_checklist.item
where legal_case_checklist.item_state = 'missing'
group by legal_case_checklist.case_id
