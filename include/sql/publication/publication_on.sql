-- publication_on: the revisions of a business date, oldest first.
--
-- grain   queue, revision
-- reads   publication
-- write   query

select
    queue,
    revision,
    rows_added,
    rows_recalled,
    header_language,
    rule_versions
from publication
where business_date = cast($business_date as date)
order by queue, revision
