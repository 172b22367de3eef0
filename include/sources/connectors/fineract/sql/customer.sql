-- customer: the clients that borrowed.
select
    item ->> '$.id' as customer_id,
    item ->> '$.displayName' as customer_name,
    null as id_number,
    item ->> '$.mobileNo' as phone,
    item ->> '$.emailAddress' as email,
    null as address,
    day_of(item -> '$.dateOfBirth') as birth_on,
    code.meaning as customer_group,
    null as contact_updated_on,
    null as deceased_on
from client
left join code
    on code.list_name = 'customer_group' and code.code = (client.item ->> '$.clientType.id')
