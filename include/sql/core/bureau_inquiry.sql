-- bureau_inquiry: inquiries at the bureau as delivered.
--
-- grain   inquiry_id
-- reads   staged_bureau_inquiry
-- write   partition received_on

select
    inquiry_id,
    customer_id,
    inquired_on,
    lender_id,
    lender_type,
    purpose,
    cast($business_date as date) as received_on,
    line_no
from staged_bureau_inquiry
