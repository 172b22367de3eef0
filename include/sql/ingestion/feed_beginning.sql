-- feed_beginning: the business date of the first delivery of each feed: what it tells is history.
--
-- A delivery that came again without the feed is no delivery of it any more; what it then left out
-- was told all the same, so the feed had begun.
--
-- grain   feed
-- reads   told_load, left_out_restriction
-- write   view

with

told as (

    select
        feed,
        received_on
    from told_load

    union all

    select
        feed,
        received_on
    from left_out_restriction

)

select
    feed,
    min(received_on) as began_on
from told
group by feed
