-- pause: a moratorium is granted for a time; the end of the others is known on the day it comes.

with

moments as (

    select
        *,
        greatest(entered_on, getvariable('opening')) as known_on
    from loan_pause

    union all

    select
        *,
        greatest(ends_on, entered_on + 1) as known_on
    from loan_pause
    where
        pause_reason <> 'moratorium'
        and greatest(ends_on, entered_on + 1) > getvariable('opening')

)

select
    known_on,
    'P' || digits(loan_no, 8) as pause_id,
    loan_ref(loan_no) as loan_id,
    starts_on,
    case when pause_reason = 'moratorium' or known_on >= ends_on then ends_on end as ends_on,
    pause_reason
from moments
