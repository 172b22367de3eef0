-- lineage_correction: what is known now of the loans of the task asked about, and whether the task
-- was recalled. A loan of which the same is known has no row.
--
-- Which lines told it, `lineage_later_fact` has; where there is none, no delivery reached back to
-- the date: the date itself was run again.
--
-- grain   loan_id
-- reads   lineage_corrected_loan, task
-- write   view

with

recalled as (

    select max(business_date) as recalled_on
    from task
    where
        task_id = cast($task_id as varchar)
        and task_action = 'recalled'

)

select
    corrected.loan_id,
    corrected.corrected_on,
    concat_ws(
        ' ‖ ',
        'loan_corrected',
        'days_before=' || cast(corrected.days_before as varchar),
        'days_now=' || cast(corrected.days_now as varchar),
        'amount_before=' || cast(corrected.amount_before as varchar),
        'amount_now=' || cast(corrected.amount_now as varchar),
        'currency=' || corrected.currency,
        'stage_before=' || corrected.stage_before,
        'stage_now=' || corrected.stage_now,
        'entered_before=' || cast(corrected.entered_before as varchar),
        'entered_now=' || cast(corrected.entered_on_now as varchar),
        case
            when corrected.became_paused then 'pause=began'
            when not corrected.became_paused then 'pause=ended'
        end,
        'recalled_on=' || cast(recalled.recalled_on as varchar)
    ) as what,
    corrected.rule_id,
    corrected.rule_version
from lineage_corrected_loan as corrected
cross join recalled
