-- team_member: who works on tasks for the lender. Outcomes name collectors from 1 to 40; the others
-- are new and not let out alone.
--
-- grain   collector_no

select
    collector_no,
    case
        when collector_no <= 6 or collector_no > 40 then 1
        when collector_no <= 20 then 2
        when collector_no <= 26 then 3
        when collector_no <= 30 then 4
        when collector_no <= 33 then 5
        when collector_no <= 36 then 6
        when collector_no <= 38 then 7
        else 8
    end as team_no,
    getvariable('opening') - case
        when collector_no > 40 then whole(draw('joined', collector_no), 20, 150)
        else whole(draw('joined', collector_no), 200, 3000)
    end as starts_on
from (select unnest(range(1, 45))::integer as collector_no) as numbers
