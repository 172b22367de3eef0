-- spending: what half of the card holders spend; each month is known on the first day of the next.
--
-- Before the money runs out it goes into investments and cash.

with

spenders as (

    select
        borrower.customer_no,
        borrower.since,
        case borrower.customer_group
            when 'student' then whole(draw('spends', borrower.customer_no), 60000, 220000)
            else whole(draw('spends', borrower.customer_no), 150000, 1200000)
        end as usual_cents,
        draw('investor', borrower.customer_no) < 0.03 as is_investor,
        min(card.slid_on) as slid_on
    from borrower
    inner join loan_book as card
        on borrower.customer_no = card.customer_no
    where
        card.product = 'credit_card'
        and not card.is_cancelled
        and draw('spending known', borrower.customer_no) < 0.5
    group by borrower.customer_no, borrower.since, borrower.customer_group

),

months as (

    -- Three months of history, then month by month.
    select
        *,
        unnest(range(
            month_no(greatest(getvariable('opening'), since)) - 3,
            month_no(getvariable('last_date'))
        ))::integer as month_no
    from spenders

),

strained as (

    select
        *,
        coalesce(month_no(slid_on) - month_no between 0 and 2, false) as is_before_slide
    from months

),

categories as (

    select
        *,
        unnest([
            {'category': 'daily_living', 'share': 34, 'odds': 1.00, 'payments': 24},
            {'category': 'housing', 'share': 24, 'odds': 0.55, 'payments': 2},
            {'category': 'transport', 'share': 9, 'odds': 0.80, 'payments': 14},
            {'category': 'education', 'share': 8, 'odds': 0.20, 'payments': 2},
            {'category': 'medical', 'share': 6, 'odds': 0.20, 'payments': 2},
            {'category': 'travel', 'share': 20, 'odds': 0.12, 'payments': 4},
            {'category': 'entertainment', 'share': 8, 'odds': 0.60, 'payments': 6},
            {'category': 'investment', 'share': 12, 'odds': 0.10, 'payments': 2},
            {'category': 'cash_withdrawal', 'share': 10, 'odds': 0.25, 'payments': 3},
            {'category': 'other', 'share': 10, 'odds': 0.40, 'payments': 5}
        ], recursive := true)
    from strained

),

bought as (

    select
        *,
        draw_for('buys ' || category, customer_no, month_no) as luck,
        usual_cents::bigint * share
        * whole(draw_for('spends on ' || category, customer_no, month_no), 70, 130)
        * case
            when category = 'investment' and (is_investor or is_before_slide) then 10
            when category = 'cash_withdrawal' and is_before_slide then 5
            -- Once in a while something large.
            when draw_for('large ' || category, customer_no, month_no) < 0.004 then 8
            else 1
        end // 10000 as cents,
        whole(draw_for('payments ' || category, customer_no, month_no), 1, payments) as times
    from categories
    where
        draw_for('buys ' || category, customer_no, month_no) < odds
        or (category = 'investment' and (is_investor or is_before_slide))

)

select
    greatest(month_start(month_no + 1), since, getvariable('opening')) as known_on,
    customer_ref(customer_no) as customer_id,
    month_start(month_no) as spending_month,
    category,
    case
        when category = 'travel' and draw_for('abroad', customer_no, month_no) < 0.1 then 'HKD'
        else 'CNY'
    end as currency,
    yuan(cents) as amount,
    times as payments,
    -- Between an even share of the payments and all of them but a little.
    yuan(cents // times + (cents - cents // times) * floor(luck * 50)::bigint // 100)
        as largest_amount
from bought
