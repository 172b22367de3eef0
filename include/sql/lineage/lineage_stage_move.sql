-- lineage_stage_move: moves between stages, since the loans of the task asked about fell past due,
-- as they were known when the task was made.
--
-- A version superseded within its own day may be the one behind the task: of the moves of that date
-- those count that lead to the stage it rests on.
--
-- grain   business_date, loan_id, event
-- reads   lineage_loan, stage_event
-- write   view

select distinct
    held.business_date,
    held.loan_id,
    held.event,
    held.from_stage,
    held.to_stage,
    held.rule_id,
    held.rule_version
from stage_event as held
inner join lineage_loan
    on
        held.loan_id = lineage_loan.loan_id
        and held.business_date >= lineage_loan.episode_started_on
        and held.business_date <= lineage_loan.facts_of
        and held.known_from <= lineage_loan.known_on
        and (
            held.known_before is null
            or held.known_before > lineage_loan.known_on
            or (
                held.business_date = lineage_loan.facts_of
                and held.known_before = lineage_loan.known_before
            )
        )
where
    held.business_date < lineage_loan.facts_of
    or held.to_stage = lineage_loan.stage
