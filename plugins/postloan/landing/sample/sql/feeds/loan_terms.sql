-- loan_terms: what was agreed beyond the plan of payment, on the day the loan is paid out.

with

terms as (

    select
        loan.loan_no,
        loan.customer_no,
        loan.disbursed_on,
        loan.product,
        security.guarantee_kind,
        -- Rates are per month and million.
        (loan.interest_rate * 12 * 0.000001)::decimal(9, 6) as annual_rate,
        lag(loan.loan_no) over (
            partition by loan.customer_no, loan.product order by loan.disbursed_on, loan.loan_no
        ) as loan_no_before
    from loan_book as loan
    inner join loan_security as security
        on loan.loan_no = security.loan_no

)

select
    greatest(disbursed_on, getvariable('opening')) as known_on,
    loan_ref(loan_no) as loan_id,
    disbursed_on as effective_on,
    annual_rate,
    -- Half as much again, and never more than 24 %.
    least(annual_rate * 1.5, 0.24)::decimal(9, 6) as penalty_rate,
    case
        when draw('purpose told', loan_no) < 0.04 then null
        when product = 'student'
            then pick(
                ['education', 'education', 'education', 'education', 'daily_living'],
                draw('purpose', loan_no)
            )
        else pick(
            [
                'daily_living', 'daily_living', 'medical', 'housing_rent', 'home_improvement',
                'vehicle', 'travel', 'wedding', 'business', 'equipment', 'debt_consolidation',
                'other'
            ],
            draw('purpose', loan_no)
        )
    end as declared_purpose,
    'B' || digits(whole(draw('branch', customer_no), 1, 24), 3) as branch_id,
    pick(
        ['110000', '310000', '320000', '330000', '420000', '440000', '510000', '650000'],
        draw('region', customer_no)
    ) as region_code,
    case when draw('renews', loan_no) < 0.3 then loan_ref(loan_no_before) end as renewal_of,
    guarantee_kind
from terms
