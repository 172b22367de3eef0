-- lineage_correction: what is known now of the loans of the task asked about, by which lines, and
-- whether the task was recalled. A loan of which the same is known has no row.
--
-- Where no delivery reached back to the date, the date itself was run again.
--
-- grain   loan_id
-- reads   lineage_corrected_loan, lineage_later_fact, delivery, task
-- write   view

with

lines as (

    select
        lineage_later_fact.loan_id,
        lineage_later_fact.received_on,
        lineage_later_fact.feed,
        lineage_later_fact.line_no,
        coalesce(
            delivery.source || '/' || cast(delivery.business_date as varchar) || '/'
            || delivery.file_name,
            ''
        ) as file_path
    from lineage_later_fact
    left join delivery
        on
            lineage_later_fact.received_on = delivery.business_date
            and lineage_later_fact.feed = delivery.feed

),

told as (

    select
        loan_id,
        string_agg(
            feed || ' ' || file_path || ' 第' || cast(line_no as varchar) || '行 ('
            || cast(received_on as varchar) || ' 收到)',
            ', '
            order by received_on, feed, line_no
        ) as by_zh,
        string_agg(
            feed || ' ' || file_path || ' line ' || cast(line_no as varchar) || ' received on '
            || cast(received_on as varchar),
            ', '
            order by received_on, feed, line_no
        ) as by_en
    from lines
    group by loan_id

),

recalled as (

    select max(business_date) as recalled_on
    from task
    where
        task_id = cast($task_id as varchar)
        and task_action = 'recalled'

)

select
    lineage_corrected_loan.loan_id,
    lineage_corrected_loan.corrected_on,
    concat_ws(
        '; ',
        '其后更正: ' || lineage_corrected_loan.change_zh,
        coalesce('依据 ' || told.by_zh, '该日重新运行'),
        coalesce('任务已于 ' || cast(recalled.recalled_on as varchar) || ' 撤回', '任务未撤回')
    ) as what_zh,
    concat_ws(
        '; ',
        'later corrected: ' || lineage_corrected_loan.change_en,
        coalesce('by ' || told.by_en, 'the date was run again'),
        coalesce('recalled on ' || cast(recalled.recalled_on as varchar), 'not recalled')
    ) as what_en,
    lineage_corrected_loan.rule_id,
    lineage_corrected_loan.rule_version
from lineage_corrected_loan
left join told
    on lineage_corrected_loan.loan_id = told.loan_id
cross join recalled
