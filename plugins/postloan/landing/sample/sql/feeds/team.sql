-- team: the lender's own teams, and one of each agency.

select
    days.known_on,
    teams.*
from (
    select
        unnest(range(
            getvariable('opening'), getvariable('last_date') + 1, interval 1 day
        ))::date as known_on
) as days
cross join (
    values
    ('T01', '提醒一组', 'reminder', null, 'E001', null, 300),
    ('T02', '电话催收组', 'phone', null, 'E007', null, 180),
    ('T03', '外部电话组', 'phone', 'AG01', 'E021', null, 200),
    ('T04', '外访组', 'field_visit', 'AG02', 'E027', '310000', 40),
    ('T05', '失联修复组', 'skip_tracing', null, 'E031', null, 80),
    ('T06', '法务组', 'legal', null, 'E034', null, 60),
    ('T07', '帮扶组', 'help', null, 'E037', null, 60),
    ('T08', '质检组', 'quality', null, 'E039', null, null)
) as teams (team_id, team_name, work_kind, agency_id, leader_id, region_code, most_cases)
