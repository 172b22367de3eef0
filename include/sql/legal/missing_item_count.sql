-- missing_item_count: items that are missing of the cases that were opened today.
--
-- grain   one row
-- reads   legal_case_checklist, legal_case
-- write   query

select count(*) as items
from legal_case_checklist
inner join legal_case
    on
        legal_case_checklist.case_id = legal_case.case_id
        and legal_case_checklist.business_date = legal_case.business_date
where
    legal_case_checklist.business_date = cast($business_date as date)
    and legal_case_checklist.item_state = 'missing'
