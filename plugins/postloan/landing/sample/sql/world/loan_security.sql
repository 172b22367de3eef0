-- loan_security: what secures a loan, for the feeds of its terms, its guarantors and its collateral.
--
-- grain   loan_no

select
    loan_no,
    customer_no,
    product,
    principal_cents,
    disbursed_on,
    matures_on,
    prepaid_on,
    case
        when product = 'credit_card' then 'unsecured'
        -- Parents stand surety for students.
        when product = 'student' and draw('security', loan_no) < 0.35 then 'guarantor'
        when product = 'student' then 'unsecured'
        when draw('security', loan_no) < 0.80 then 'unsecured'
        when draw('security', loan_no) < 0.88 then 'guarantor'
        when draw('security', loan_no) < 0.93 then 'mortgage'
        when draw('security', loan_no) < 0.97 then 'pledge'
        else 'mixed'
    end as guarantee_kind
from loan_book
where not is_cancelled
