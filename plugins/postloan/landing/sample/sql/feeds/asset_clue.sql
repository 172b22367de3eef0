-- asset_clue: what may belong to those who have not paid for long.

with

clues as (

    select
        loan_no,
        customer_no,
        principal_cents,
        slid_on + whole(draw('clue on', loan_no), 45, 100) as found_on,
        pick(
            [
                'real_estate', 'vehicle', 'deposit', 'wages', 'wages', 'business', 'shares',
                'receivable', 'insurance', 'other'
            ],
            draw('clue', loan_no)
        ) as clue_kind,
        pick(
            [
                'debtor', 'contract', 'public_register', 'public_register', 'court', 'bureau',
                'field_visit', 'payment', 'other'
            ],
            draw('clue source', loan_no)
        ) as found_in
    from loan_book
    where
        outcome in ('stops', 'stays behind', 'cures late') and not is_cancelled
        and draw('has clue', loan_no) < 0.5

),

checks as (

    select
        *,
        found_on + whole(draw('clue days', loan_no), 3, 30) as checked_on
    from clues
    where found_on > getvariable('opening') - 400

),

moments as (

    select
        *,
        greatest(found_on, getvariable('opening')) as known_on
    from checks

    union all

    select
        *,
        checked_on as known_on
    from checks
    where checked_on > getvariable('opening')

)

select
    known_on,
    'X' || digits(loan_no, 8) as clue_id,
    customer_ref(customer_no) as customer_id,
    found_on,
    clue_kind,
    found_in,
    case
        when clue_kind not in ('wages', 'other')
            then yuan(principal_cents * whole(draw('clue worth', loan_no), 2, 40) // 10)
    end as estimated_value,
    case when clue_kind not in ('wages', 'other') then 'CNY' end as currency,
    case
        when known_on < checked_on then 'new'
        else pick(
            ['verified', 'verified', 'refuted', 'gone'], draw('clue checked', loan_no)
        )
    end as clue_state,
    case when known_on >= checked_on then checked_on end as checked_on,
    case clue_kind
        when 'real_estate' then '名下住房一套，登记机关待核实。'
        when 'vehicle' then '名下小型客车一辆，是否抵押待核实。'
        when 'deposit' then '还款账户有余额。'
        when 'wages' then '有固定工资收入，单位待核实。'
        when 'business' then '登记为个体工商户经营者。'
        when 'shares' then '持有公司股权，出资情况待核实。'
        when 'receivable' then '自称有应收账款。'
        when 'insurance' then '持有人寿保险保单。'
        else '其他线索。'
    end as detail,
    case
        when found_in in ('debtor', 'field_visit')
            then 'E' || digits(whole(draw('clue collector', loan_no), 1, 40), 3)
    end as collector_id
from moments
