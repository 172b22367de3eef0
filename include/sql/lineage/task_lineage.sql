-- task_lineage: from a task row back to the lines of the delivered files, each with rule or hash.
--
-- What was decided comes first, the facts behind it after, as they were known when the task was
-- made; what was learned since is marked. A step says either which rule decided or which line of
-- which file told it; one that came later also of which loan (`told_of`).
--
-- grain   step_no
-- reads   lineage_task_step, lineage_finding, lineage_loan_fact, lineage_customer_fact,
--         lineage_later_fact, delivery
-- write   query

with

decided as (

    select
        section,
        kind,
        subject,
        happened_on,
        what,
        rule_id,
        rule_version,
        is_later
    from lineage_task_step

    union all

    select
        section,
        kind,
        subject,
        happened_on,
        what,
        rule_id,
        rule_version,
        is_later
    from lineage_finding

),

told as (

    select
        section,
        feed,
        subject,
        happened_on,
        what,
        received_on,
        line_no,
        cast(null as varchar) as told_of,
        false as is_later
    from lineage_loan_fact

    union all

    select
        section,
        feed,
        subject,
        happened_on,
        what,
        received_on,
        line_no,
        cast(null as varchar) as told_of,
        false as is_later
    from lineage_customer_fact

    union all

    select
        8 as section,
        feed,
        subject,
        happened_on,
        what,
        received_on,
        line_no,
        loan_id as told_of,
        true as is_later
    from lineage_later_fact

),

steps as (

    select
        section,
        kind,
        subject,
        happened_on,
        what,
        rule_id,
        rule_version,
        cast(null as varchar) as source,
        cast(null as varchar) as feed,
        cast(null as date) as delivered_on,
        cast(null as varchar) as file_name,
        cast(null as bigint) as line_no,
        cast(null as varchar) as file_sha256,
        cast(null as varchar) as contract_version,
        cast(null as varchar) as told_of,
        is_later
    from decided

    union all

    select
        told.section,
        told.feed as kind,
        told.subject,
        told.happened_on,
        told.what,
        cast(null as varchar) as rule_id,
        cast(null as varchar) as rule_version,
        delivery.source,
        told.feed,
        told.received_on as delivered_on,
        delivery.file_name,
        told.line_no,
        delivery.file_sha256,
        delivery.contract_version,
        told.told_of,
        told.is_later
    from told
    left join delivery
        on
            told.received_on = delivery.business_date
            and told.feed = delivery.feed

)

select
    cast(row_number() over (
        order by section, kind, happened_on, subject, delivered_on, line_no, what, rule_id
    ) as integer) as step_no,
    kind,
    subject,
    happened_on,
    what,
    rule_id,
    rule_version,
    source,
    feed,
    delivered_on,
    file_name,
    line_no,
    file_sha256,
    contract_version,
    told_of,
    is_later
from steps
order by step_no
