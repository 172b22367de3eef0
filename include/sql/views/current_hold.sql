-- current_hold: holds as known on the date given, the latest version of each.
--
-- grain   hold_id
-- reads   hold
-- write   view

with

versions as (

    select
        hold_id,
        customer_id,
        loan_id,
        hold_kind,
        starts_on,
        ends_on,
        received_on,
        line_no,
        row_number() over (
            partition by hold_id
            order by received_on desc
        ) as version_rank
    from hold
    where received_on <= cast($known_on as date)

)

select
    hold_id,
    customer_id,
    loan_id,
    hold_kind,
    starts_on,
    ends_on,
    received_on,
    line_no
from versions
where version_rank = 1
