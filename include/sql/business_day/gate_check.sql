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
        cast(null as varchar) as detail_zh,
        cast(null as varchar) as detail_en,
        cast(null as varchar) as evidence
    from gate_freshness

    union all

    select
        check_name,
        feed,
        column_name,
        rows_seen,
        observed,
        cast(null as varchar) as detail_zh,
        cast(null as varchar) as detail_en,
        cast(null as varchar) as evidence
    from gate_completeness

    union all

    select
        check_name,
        feed,
        column_name,
        rows_seen,
        observed,
        cast(null as varchar) as detail_zh,
        cast(null as varchar) as detail_en,
        cast(null as varchar) as evidence
    from gate_reconciliation

    union all

    select
        check_name,
        feed,
        column_name,
        rows_seen,
        observed,
        detail_zh,
        detail_en,
        cast(null as varchar) as evidence
    from gate_core_balance

    union all

    select
        check_name,
        feed,
        column_name,
        rows_seen,
        observed,
        detail_zh,
        detail_en,
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
        coalesce(' ' || measured.detail_zh, '') as detail_zh,
        coalesce(' ' || measured.detail_en, '') as detail_en,
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

-- A figure of a person who reads: 52 and not 52.0000.
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
        judged.detail_zh,
        judged.detail_en,
        judged.finding_zh,
        judged.finding_en,
        judged.advice_zh,
        judged.advice_en,
        judged.rule_id,
        judged.rule_version,
        judged.feed
        || case when judged.column_name = 'any' then '' else '.' || judged.column_name end
        || coalesce(
            ' ' || regexp_replace(cast(judged.observed as varchar), '[.]?0+$', '', 'g'), ''
        )
        || ' ['
        || case when judged.limit_low is null then '≤ ' else '' end
        || case when judged.limit_high is null then '≥ ' else '' end
        || coalesce(regexp_replace(cast(judged.limit_low as varchar), '[.]?0+$', '', 'g'), '')
        || case
            when judged.limit_low is null or judged.limit_high is null then '' else '..'
        end
        || coalesce(regexp_replace(cast(judged.limit_high as varchar), '[.]?0+$', '', 'g'), '')
        || ']' as figure
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
    case outcome
        when 'failed' then finding_zh || '：' || figure || detail_zh || '。' || advice_zh
        when 'passed' then '通过：' || figure || detail_zh
        else '不适用：行数过少或无可比对象：' || figure || detail_zh
    end as message_zh,
    case outcome
        when 'failed' then finding_en || ': ' || figure || detail_en || '. ' || advice_en
        when 'passed' then 'Passed: ' || figure || detail_en
        else
            'Not applicable, too few rows or nothing to compare with: ' || figure || detail_en
    end as message_en,
    rule_id,
    rule_version
from told
