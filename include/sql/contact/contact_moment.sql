-- contact_moment: the day on which the files of the business date are worked.
--
-- They are made after the end of the date and worked on the day after, within the hours allowed.
-- Whatever forbids contact is asked about that day: what has begun by then holds, what has ended
-- by then does not.
--
-- grain   business_date
-- reads   nothing
-- write   view

select
    cast($business_date as date) as business_date,
    cast($business_date as date) + 1 as contact_on
