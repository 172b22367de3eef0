-- staged_count: loans of the business date by what the step counts them as.
--
-- grain   measure
-- reads   current_loan_stage
-- write   query

select
    case
        when is_paused then 'paused_loans'
        when overdue_amount > 0 then 'stage_' || stage
        else 'stage_cured'
    end as measure,
    count(*) as loans
from current_loan_stage
where business_date = cast($business_date as date)
group by measure
order by measure
