-- last_load: number of the last load that brought something else; a release knows of those up to
-- it.
--
-- grain   load_no
-- reads   delivery, left_out_restriction, left_out_report, left_out_contact, restriction_release
-- write   query

with

loads as (

    select load_no
    from delivery

    union all

    select left_out_no as load_no
    from left_out_restriction

    union all

    select left_out_no as load_no
    from left_out_report

    union all

    select left_out_no as load_no
    from left_out_contact

    union all

    select known_load_no as load_no
    from restriction_release

)

select coalesce(max(load_no), 0) as load_no
from loads
