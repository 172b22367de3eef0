-- enrolment: where students are enrolled, and what becomes of them.
--
-- Institutions report in their own codes. Ed-Fi only ever reports the way out.

with

students as (

    select
        customer_no,
        since,
        whole(draw('institution', customer_no), 1, 180) as institution_no,
        -- The last first of September before the loan, or the one before that.
        make_date(
            extract('year' from since - 244)::bigint - whole(draw('entry', customer_no), 0, 1),
            9, 1
        ) as entered_on,
        draw('fate', customer_no) as fate,
        getvariable('opening') + whole(draw('fate on', customer_no), -250, 250) as turned_on,
        whole(draw('reporting', customer_no), 0, 18) as reporting_days
    from borrower
    where customer_group = 'student' and draw('in registry', customer_no) < 0.97

),

paths as (

    select
        *,
        case
            when draw('code system', institution_no) < 0.90 then 'cn'
            when draw('code system', institution_no) < 0.96 then 'nsc'
            else 'edfi'
        end as code_system,
        -- Four years to the end of June.
        make_date(extract('year' from entered_on)::bigint + 4, 6, 30) as programme_ends_on,
        case
            when turned_on not between entered_on + 60 and programme_ends_on - 1 then 'none'
            when fate < 0.14 then 'withdrawn'
            when fate < 0.22 then 'leave'
            when fate < 0.29 then 'transferred'
            when fate < 0.31 then 'suspended'
            when fate < 0.325 then 'left early'
            when fate < 0.335 then 'expelled'
            when fate < 0.34 then 'died'
            else 'none'
        end as turn
    from students

),

events as (

    -- First seen when the loan is paid out.
    select
        *,
        institution_no as at_institution,
        entered_on as effective_on,
        'enrolled' as status,
        since as reported_on
    from paths

    union all

    select
        *,
        institution_no,
        turned_on,
        turn,
        greatest(turned_on + reporting_days, since)
    from paths
    where turn <> 'none'

    union all

    -- Back after a year, or at the new institution after a month.
    select
        *,
        case when turn = 'transferred' then institution_no % 180 + 1 else institution_no end,
        turned_on + case when turn = 'transferred' then 30 else 365 end,
        'back',
        greatest(
            turned_on + case when turn = 'transferred' then 30 else 365 end + reporting_days,
            since
        )
    from paths
    where
        turn in ('transferred', 'leave')
        and turned_on + 400 < programme_ends_on
        and draw('comes back', customer_no) < 0.8

    union all

    select
        *,
        institution_no,
        programme_ends_on,
        case when draw('degree', customer_no) < 0.93 then 'graduated' else 'completed' end,
        greatest(programme_ends_on + 1 + reporting_days, since)
    from paths
    where turn = 'none'

),

codes as (

    select
        *,
        case code_system
            when 'cn' then case status
                when 'enrolled' then '01'
                when 'leave' then '02'
                when 'withdrawn' then '03'
                when 'suspended' then '04'
                when 'back' then case when turn = 'leave' then '05' else '01' end
                when 'graduated' then '07'
                when 'completed' then '08'
                when 'left early' then '09'
                when 'transferred' then '10'
                when 'died' then '11'
                else '14'
            end
            when 'nsc' then case status
                when 'enrolled' then 'F'
                when 'back' then 'F'
                when 'leave' then 'A'
                when 'suspended' then 'A'
                when 'graduated' then 'G'
                when 'completed' then 'G'
                when 'died' then 'D'
                else 'W'
            end
            else case status
                when 'withdrawn' then 'Withdrawn'
                when 'left early' then 'Withdrawn'
                when 'transferred' then 'Transferred'
                when 'graduated' then 'Graduated'
                when 'completed' then 'Completed'
                when 'died' then 'Died'
                when 'expelled' then 'Expelled'
            end
        end as status_code
    from events

)

select
    greatest(reported_on, getvariable('opening')) as known_on,
    customer_ref(customer_no) as customer_id,
    'U' || digits(at_institution, 5) as institution_id,
    effective_on,
    code_system,
    status_code,
    reported_on,
    draw('part-time', customer_no) >= 0.06 as is_full_time,
    case when status not in ('withdrawn', 'left early', 'expelled', 'died') then programme_ends_on end
        as programme_ends_on
from codes
where status_code is not null
