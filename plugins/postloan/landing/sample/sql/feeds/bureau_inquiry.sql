-- bureau_inquiry: who asked about a customer, as the bureau tells it on the first of each month.
--
-- Every loan with another lender began with an inquiry; the heavily indebted were also turned down.

with

applications as (

    select
        account.customer_no,
        account.account_no as inquiry_no,
        account.opened_on - whole(draw_for('applied', account.customer_no, account.contract_no), 1, 14)
            as inquired_on,
        account.lender_no,
        pick(
            ['loan_approval', 'loan_approval', 'loan_approval', 'card_approval', 'guarantee_review'],
            draw_for('applied for', account.customer_no, account.account_no)
        ) as purpose
    from bureau_account as account

),

indebted as (

    select
        customer_no,
        count(*) as accounts
    from bureau_account
    group by customer_no

),

turned_down as (

    select
        customer_no,
        unnest(range(51, 51 + whole(draw('turned down', customer_no), 2, 7)))::integer as inquiry_no
    from indebted
    where accounts >= 6 and draw('keeps asking', customer_no) < 0.8

),

refusals as (

    select
        customer_no,
        inquiry_no,
        getvariable('last_date') - whole(draw_for('turned down on', customer_no, inquiry_no), 0, 240),
        whole(draw_for('turned down by', customer_no, inquiry_no), 1, 60),
        'loan_approval'
    from turned_down

),

looked_at as (

    select
        customer_no,
        unnest([61, 62]) as inquiry_no
    from indebted
    where draw('is looked at', customer_no) < 0.15

),

checks as (

    -- Lenders look again at those who owe; some customers look at their own report.
    select
        customer_no,
        inquiry_no,
        getvariable('last_date') - whole(draw_for('looked at', customer_no, inquiry_no), 0, 400),
        whole(draw_for('looked at by', customer_no, inquiry_no), 1, 60),
        case
            when inquiry_no = 61 then 'post_loan'
            when draw('own report', customer_no) < 0.8 then 'own_inquiry'
            else 'other'
        end
    from looked_at

),

inquiries as (

    select * from applications
    union all
    select * from refusals
    union all
    select * from checks

),

reportable as (

    select
        inquiries.*,
        greatest(inquiries.inquired_on, borrower.since) as reportable_on
    from inquiries
    inner join borrower
        on inquiries.customer_no = borrower.customer_no
    -- A report goes back a year.
    where inquiries.inquired_on > getvariable('opening') - 365

)

select
    case
        when reportable_on <= getvariable('opening') then getvariable('opening')
        when extract('day' from reportable_on) = 1 then reportable_on
        else month_start(month_no(reportable_on) + 1)
    end as known_on,
    'Q' || digits(customer_no, 8) || '-' || digits(inquiry_no, 2) as inquiry_id,
    customer_ref(customer_no) as customer_id,
    inquired_on,
    case when purpose <> 'own_inquiry' then 'F' || digits(lender_no, 4) end as lender_id,
    case
        when purpose = 'own_inquiry' then 'other'
        when lender_no <= 20 then 'bank'
        when lender_no <= 35 then 'consumer_finance'
        when lender_no <= 45 then 'micro_lender'
        when lender_no <= 57 then 'platform'
        else 'other'
    end as lender_type,
    purpose
from reportable
