-- lineage_loan: the loans that the task asked about is about, with what was known of each when
-- the task was made.
--
-- The version behind a task is the first one that says what the task says; where none does, the one
-- held at the close of the date. A task that was recalled, and a row of the go-live list, name
-- their loans with the amounts alone.
--
-- grain   loan_id
-- reads   lineage_task, task_loan, loan_stage
-- write   view

with

asked as (

    select
        business_date,
        task_id,
        customer_id,
        loan_id,
        amount_due,
        loan_count,
        loan_amounts,
        days_past_due,
        facts_of
    from lineage_task

),

versions as (

    select
        held.loan_id,
        held.product,
        held.currency,
        held.stage,
        held.stage_entered_on,
        held.episode_started_on,
        held.days_past_due,
        held.overdue_amount,
        held.is_paused,
        held.rule_id,
        held.rule_version,
        held.known_from,
        held.known_before,
        held.version_no,
        strpos('; ' || asked.loan_amounts, '; ' || held.loan_id || ': ') > 0
            as is_named_with_amount,
        (
            (held.loan_id = asked.loan_id and held.overdue_amount = asked.amount_due)
            or strpos(
                '; ' || asked.loan_amounts || ';',
                '; ' || held.loan_id || ': ' || cast(held.overdue_amount as varchar) || ';'
            ) > 0
        )
        -- Of several loans the task tells the largest number of days alone.
        and (asked.loan_count > 1 or held.days_past_due = asked.days_past_due)
            as says_the_same,
        held.known_from <= asked.facts_of
        and (held.known_before is null or held.known_before > asked.facts_of)
            as is_of_the_close
    from loan_stage as held
    inner join asked
        on
            held.business_date = asked.facts_of
            and held.customer_id = asked.customer_id

),

behind as (

    select
        loan_id,
        product,
        currency,
        stage,
        stage_entered_on,
        episode_started_on,
        days_past_due,
        overdue_amount,
        is_paused,
        rule_id,
        rule_version,
        known_from,
        known_before,
        version_no,
        row_number() over (
            partition by loan_id
            order by
                case when says_the_same then 0 else 1 end,
                known_from,
                version_no
        ) as version_rank
    from versions
    where says_the_same or is_of_the_close

),

named as (

    select
        asked.facts_of,
        task_loan.loan_id
    from asked
    inner join task_loan
        on
            asked.business_date = task_loan.business_date
            and asked.task_id = task_loan.task_id

    union distinct

    select
        asked.facts_of,
        asked.loan_id
    from asked
    where asked.loan_id is not null

    union distinct

    select
        asked.facts_of,
        versions.loan_id
    from asked
    inner join versions
        on versions.is_named_with_amount

)

select
    named.facts_of,
    named.loan_id,
    behind.product,
    behind.currency,
    behind.stage,
    behind.stage_entered_on,
    behind.episode_started_on,
    behind.days_past_due,
    behind.overdue_amount,
    behind.is_paused,
    behind.rule_id,
    behind.rule_version,
    -- What was received by then was known when the task was made.
    coalesce(behind.known_from, named.facts_of) as known_on,
    behind.known_before,
    behind.version_no
from named
left join behind
    on
        named.loan_id = behind.loan_id
        and behind.version_rank = 1
