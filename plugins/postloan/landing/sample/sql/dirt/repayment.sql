-- A third decimal, a day that no calendar has, a loan that does not exist, a booking sent twice.

select
    known_on,
    case when fault < 3 then repayment_id || '-X' else repayment_id end as repayment_id,
    case when fault = 2 then 'L99999999' else loan_id end as loan_id,
    instalment_no,
    case when fault = 1 then left(paid_on, 4) || '-02-31' else paid_on end as paid_on,
    case when fault = 0 then amount || '5' else amount end as amount,
    payment_type,
    case when fault = 3 then reverses_id end as reverses_id
from (
    select
        *,
        whole(draw('kind of fault', hash(repayment_id) >> 1), 0, 3) as fault
    from repayment_daily
    where draw('repayment fault', hash(repayment_id) >> 1) < getvariable('dirty_share')
) as faulty
