-- gate_check: what each check of the gates found, and what to do where it failed.
--
-- A check without a figure, or with too few rows behind it, does not apply and says so. A release
-- holds for the very file, or findings, and figure that the person looked at.
--
-- grain   business_date, check_name, feed, column_name
-- reads   rule_gate, gate_freshness, gate_completeness, gate_reconciliation, gate_core_balance,
--         gate_restriction, delivery, gate_release
-- write   partition business_date

with

measured as (

    select
        check_name,
        feed,
        column_name,
        rows_seen,
        observed,
        cast(null as varchar) as detail,
        cast(null as varchar) as evidence
    from gate_freshness

    union all

    select
        check_name,
        feed,
        column_name,
        rows_seen,
        observed,
        cast(null as varchar) as detail,
        cast(null as varchar) as evidence
    from gate_completeness

    union all

    select
        check_name,
        feed,
        column_name,
        rows_seen,
        observed,
        cast(null as varchar) as detail,
        cast(null as varchar) as evidence
    from gate_reconciliation

    union all

    select
        check_name,
        feed,
        column_name,
        rows_seen,
        observed,
        detail,
        cast(null as varchar) as evidence
    from gate_core_balance

    union all

    select
        check_name,
        feed,
        column_name,
        rows_seen,
        observed,
        detail,
        evidence
    from gate_restriction

),

judged as (

    select
        asked.check_name,
        coalesce(measured.feed, asked.feed) as feed,
        coalesce(measured.column_name, asked.column_name) as column_name,
        asked.gate,
        measured.observed,
        measured.detail,
        measured.evidence,
        asked.limit_low,
        asked.limit_high,
        asked.finding_zh,
        asked.finding_en,
        asked.advice_zh,
        asked.advice_en,
        asked.rule_id,
        asked.rule_version,
        case
            when measured.observed is null then 'not_applicable'
            when measured.rows_seen < asked.minimum_rows then 'not_applicable'
            when measured.observed < asked.limit_low then 'failed'
            when measured.observed > asked.limit_high then 'failed'
            else 'passed'
        end as outcome
    from rule_gate as asked
    left join measured
        on
            asked.check_name = measured.check_name
            and (asked.feed = measured.feed or asked.feed = 'any')
            and (asked.column_name = measured.column_name or asked.column_name = 'any')
    where asked.business_date = cast($business_date as date)

),

delivered as (

    select
        feed,
        file_sha256
    from delivery
    where business_date = cast($business_date as date)

),

released as (

    select
        check_name,
        feed,
        column_name,
        file_sha256,
        observed,
        released_by
    from gate_release
    where business_date = cast($business_date as date)

),

told as (

    select
        judged.check_name,
        judged.feed,
        judged.column_name,
        judged.gate,
        judged.outcome,
        judged.observed,
        judged.limit_low,
        judged.limit_high,
        coalesce(judged.evidence, delivered.file_sha256, 'none') as file_sha256,
        released.released_by,
        judged.detail,
        judged.finding_zh,
        judged.finding_en,
        judged.advice_zh,
        judged.advice_en,
        judged.rule_id,
        judged.rule_version
    from judged
    left join delivered
        on judged.feed = delivered.feed
    left join released
        on
            judged.check_name = released.check_name
            and judged.feed = released.feed
            and judged.column_name = released.column_name
            and coalesce(judged.evidence, delivered.file_sha256, 'none') = released.file_sha256
            and judged.observed = released.observed

)

select
    cast($business_date as date) as business_date,
    check_name,
    feed,
    column_name,
    gate,
    cast($revision as integer) as revision,
    outcome,
    observed,
    limit_low,
    limit_high,
    file_sha256,
    released_by,
    concat_ws(
        ' ‖ ',
        case outcome
            when 'failed' then 'gate_failed'
            when 'passed' then 'gate_passed'
            else 'gate_not_applicable'
        end,
        'finding_zh=' || finding_zh,
        'finding_en=' || finding_en,
        'subject=' || feed || case when column_name = 'any' then '' else '.' || column_name end,
        'observed=' || cast(observed as varchar),
        'low=' || cast(limit_low as varchar),
        'high=' || cast(limit_high as varchar),
        detail,
        'advice_zh=' || advice_zh,
        'advice_en=' || advice_en
    ) as message,
    cast(null as varchar) as message_zh,
    cast(null as varchar) as message_en,
    rule_id,
    rule_version
from told
