-- emergency_contact: the family members of a client who can be called.
select
    client_of.of as customer_id,
    item ->> '$.id' as contact_no,
    concat_ws(' ', item ->> '$.firstName', item ->> '$.lastName') as contact_name,
    coalesce(code.meaning, 'other') as relation,
    item ->> '$.mobileNumber' as phone,
    null as opted_out_on
from family_member as client_of
left join code
    on code.list_name = 'relation' and code.code = (client_of.item ->> '$.relationship')
where (item ->> '$.mobileNumber') is not null
