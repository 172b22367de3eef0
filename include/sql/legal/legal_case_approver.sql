-- legal_case_approver: who has approved the cases that wait, of the approvals that still count:
-- given since the case came to wait, and of exactly what stands now.
--
-- grain   case_id, approved_by
-- reads   legal_case_state, legal_case_figures, legal_case_approval
-- write   query

select distinct
    legal_case_approval.case_id,
    legal_case_approval.approved_by
from legal_case_approval
inner join legal_case_figures
    on
        legal_case_figures.business_date = cast($business_date as date)
        and legal_case_approval.case_id = legal_case_figures.case_id
        and legal_case_approval.substance = legal_case_figures.substance
inner join legal_case_state
    on legal_case_approval.case_id = legal_case_state.case_id
where
    legal_case_state.case_state = 'awaiting_approval'
    and legal_case_approval.approved_on >= legal_case_state.state_since
    and legal_case_approval.approved_on <= cast($business_date as date)
order by legal_case_approval.case_id, legal_case_approval.approved_by
