-- customer_balance: assets and liabilities as the customer stated them.

with

stated as (

    select
        customer_no,
        since,
        unnest(['deposit', 'fund', 'vehicle', 'property', 'mortgage', 'car_loan', 'family_debt'])
            as category
    from borrower
    where customer_group <> 'student' and draw('balances known', customer_no) < 0.6

),

owned as (

    select
        *,
        category in ('mortgage', 'car_loan', 'family_debt') as is_liability,
        draw('has ' || category, customer_no) as has_draw,
        draw('worth ' || category, customer_no) as worth_draw
    from stated

)

select
    greatest(since, getvariable('opening')) as known_on,
    customer_ref(customer_no) as customer_id,
    since as as_of_on,
    case when is_liability then 'liability' else 'asset' end as balance_kind,
    category,
    yuan(100000::bigint * case category
        when 'deposit' then whole(worth_draw, 1, 120)
        when 'fund' then whole(worth_draw, 2, 80)
        when 'vehicle' then whole(worth_draw, 30, 250)
        when 'property' then whole(worth_draw, 400, 3500)
        when 'mortgage' then whole(worth_draw, 150, 1800)
        when 'car_loan' then whole(worth_draw, 10, 140)
        else whole(worth_draw, 5, 60)
    end) as amount
from owned
where has_draw < case category
    when 'deposit' then 0.90
    when 'fund' then 0.20
    when 'vehicle' then 0.30
    when 'property' then 0.35
    when 'mortgage' then 0.22
    when 'car_loan' then 0.12
    else 0.10
end
