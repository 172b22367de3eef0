-- current_bureau_inquiry: inquiries at the bureau as known on the date given, each once.
--
-- grain   inquiry_id
-- reads   bureau_inquiry
-- write   view

with

versions as (

    select
        inquiry_id,
        customer_id,
        inquired_on,
        lender_id,
        lender_type,
        purpose,
        received_on,
        line_no,
        row_number() over (
            partition by inquiry_id
            order by received_on desc
        ) as version_rank
    from bureau_inquiry
    where received_on <= cast($known_on as date)

)

select
    inquiry_id,
    customer_id,
    inquired_on,
    lender_id,
    lender_type,
    purpose,
    received_on,
    line_no
from versions
where version_rank = 1
