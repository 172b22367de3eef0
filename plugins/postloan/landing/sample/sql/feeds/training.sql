-- training: every collector takes every course once a year; few fail.

with

courses as (

    select
        collector_no,
        starts_on,
        unnest([1, 2, 3, 4, 5]) as subject_no,
        unnest(['communication', 'law', 'psychology', 'data_protection', 'products']) as subject
    from team_member

),

taken as (

    select
        *,
        getvariable('last_date') - whole(draw_for('trained', collector_no, subject_no), 0, 364)
            as trained_on,
        whole(draw_for('marks', collector_no, subject_no), 52, 100) as score
    from courses

)

select
    greatest(trained_on, getvariable('opening')) as known_on,
    'Y' || digits(collector_no, 3) || '-' || subject_no::varchar as training_id,
    'E' || digits(collector_no, 3) as collector_id,
    subject,
    trained_on,
    score >= 60 as is_passed,
    score,
    case when score >= 60 then trained_on + 365 end as valid_until
from taken
where trained_on > starts_on
