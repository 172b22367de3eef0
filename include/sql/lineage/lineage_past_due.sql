-- lineage_past_due: what was known to be past due of the loans of the task asked about.
--
-- The first version that agrees with the stage the task rests on, and did not end before it began.
--
-- grain   loan_id
-- reads   lineage_loan, loan_delinquency
-- write   view

with

behind as (

    select
        held.business_date,
        held.loan_id,
        held.paused_days,
        held.oldest_unpaid_due_on,
        held.overdue_instalments,
        held.rule_id,
        held.rule_version,
        row_number() over (
            partition by held.loan_id
            order by held.known_from, held.version_no
        ) as version_rank
    from loan_delinquency as held
    inner join lineage_loan
        on
            held.business_date = lineage_loan.facts_of
            and held.loan_id = lineage_loan.loan_id
            and held.days_past_due = lineage_loan.days_past_due
            and held.overdue_amount = lineage_loan.overdue_amount
            and (held.known_before is null or held.known_before >= lineage_loan.known_on)

)

select
    business_date,
    loan_id,
    paused_days,
    oldest_unpaid_due_on,
    overdue_instalments,
    rule_id,
    rule_version
from behind
where version_rank = 1
