-- left_out_contact: numbers and refusals of contact persons that a delivery leaves out.
--
-- grain   received_on, left_out_no, customer_id, contact_no
-- reads   contact_before, emergency_contact
-- write   append

select
    earlier.received_on,
    cast($load_no as bigint) as left_out_no,
    earlier.customer_id,
    earlier.contact_no,
    earlier.phone,
    earlier.opted_out_on
from contact_before as earlier
left join emergency_contact
    on
        earlier.customer_id = emergency_contact.customer_id
        and earlier.contact_no = emergency_contact.contact_no
        and earlier.received_on = emergency_contact.received_on
where
    (earlier.phone is not null and earlier.phone <> coalesce(emergency_contact.phone, ''))
    or (earlier.opted_out_on is not null and emergency_contact.opted_out_on is null)
