-- collector: everybody who works on tasks, every day.

select
    days.known_on,
    'E' || digits(collector_no, 3) as collector_id,
    full_name('collector', collector_no, draw('collector gender', collector_no) < 0.6)
        as collector_name,
    'T' || digits(team_no, 2) as team_id,
    case
        when days.known_on - starts_on < 365 then 'trainee'
        when days.known_on - starts_on < 1200 then 'experienced'
        else 'senior'
    end as experience,
    starts_on,
    null as ends_on,
    -- Agencies have their people licensed.
    case when team_no in (3, 4) then 'ZG' || digits(collector_no * 7919, 8) end as licence_no,
    case
        when team_no in (3, 4)
            then getvariable('last_date') + whole(draw('licence', collector_no), 30, 900)
    end as licence_until,
    collector_no <= 40 as may_visit,
    case when collector_no % 9 = 0 then 'zh en' when collector_no % 13 = 0 then 'zh ug-CN' else 'zh' end
        as languages
from (
    select
        unnest(range(
            getvariable('opening'), getvariable('last_date') + 1, interval 1 day
        ))::date as known_on
) as days
cross join team_member
