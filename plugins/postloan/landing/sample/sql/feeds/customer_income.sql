-- customer_income: what the lender knows of monthly income; each month is known on the first day of the next.

with

sources as (

    select
        customer_no,
        since,
        customer_group,
        unnest(case customer_group
            when 'student' then
                case when draw('scholar', customer_no) < 0.25
                    then ['family', 'scholarship'] else ['family'] end
            when 'employed' then
                case when draw('side job', customer_no) < 0.12
                    then ['salary', 'other'] else ['salary'] end
            when 'self_employed' then ['business']
            else ['other']
        end) as income_source
    from borrower
    where draw('income known', customer_no) < 0.85

),

levels as (

    select
        *,
        100 * case income_source
            when 'family' then whole(draw('income', customer_no), 900, 2500)
            when 'scholarship' then whole(draw('income', customer_no), 200, 900)
            when 'salary' then whole(draw('income', customer_no), 3500, 19000)
            when 'business' then whole(draw('income', customer_no), 3000, 32000)
            else whole(draw('income', customer_no), 600, 4200)
        end as usual_cents,
        -- Per cent that a month strays from the usual, either way.
        case
            when customer_group = 'self_employed' then 35
            when draw('unstable', customer_no) < 0.12 then 60
            else 6
        end as swing
    from sources

),

months as (

    -- Six months of history for the book, three for whoever comes later, then month by month.
    select
        *,
        unnest(range(
            case
                when since <= getvariable('opening') then month_no(getvariable('opening')) - 6
                else month_no(since) - 3
            end,
            month_no(getvariable('last_date'))
        ))::integer as month_no
    from levels

)

select
    greatest(month_start(month_no + 1), since, getvariable('opening')) as known_on,
    customer_ref(customer_no) as customer_id,
    month_start(month_no) as income_month,
    income_source,
    yuan(
        usual_cents::bigint
        * (100 + whole(draw_for('swing ' || income_source, customer_no, month_no), -swing, swing))
        // 100
    ) as amount
from months
