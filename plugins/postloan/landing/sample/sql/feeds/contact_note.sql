-- contact_note: what collectors wrote down of their conversations with debtors.

with

talks as (

    select
        *,
        pick(
            [
                'hardship', 'hardship', 'promise', 'promise', 'willingness', 'illness', 'dispute',
                'whereabouts', 'complaint', 'other'
            ],
            draw_for('note about', loan_no, attempt_no)
        ) as topic
    from contact_attempt
    where
        result = 'connected' and counterpart = 'debtor'
        and draw_for('notes it', loan_no, attempt_no) < 0.6

)

select
    attempted_on as known_on,
    'N' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as note_id,
    'F' || digits(loan_no, 8) || '-' || digits(attempt_no, 2) as outcome_id,
    customer_ref(customer_no) as customer_id,
    loan_ref(loan_no) as loan_id,
    strftime(
        attempted_on + to_minutes(
            15 + whole(draw_for('minute', loan_no, attempt_no), 500, 1250)::bigint
        ),
        '%Y-%m-%d %H:%M:%S'
    ) as noted_at,
    topic,
    case topic
        when 'hardship' then '客户称收入减少，暂时无力全额还款，已说明可申请分期。'
        when 'promise' then '客户承诺月底前还清当期，已告知还款方式。'
        when 'willingness' then '客户表示不愿还款，已说明逾期后果与求助渠道。'
        when 'illness' then '客户称本人生病住院，已记录并提交停催申请。'
        when 'dispute' then '客户对应还金额有疑问，已转客服核对。'
        when 'whereabouts' then '客户称已搬家，新地址待其提供证明后更新。'
        when 'complaint' then '客户对联系频率不满，已致歉并登记投诉。'
        else '客户要求改日再联系。'
    end as note_text,
    'zh' as language,
    'E' || digits(whole(draw_for('collector', loan_no, attempt_no), 1, 40), 3) as collector_id
from talks
