-- publication: the next revision of one queue, if there is anything to say.
--
-- The first revision says that there is nothing where the queue is to be published empty, so that a
-- receiver can tell a quiet day from a missing file. Where a gate holds the queue, it says nothing
-- of the kind: what is held may still come.
--
-- grain   business_date, queue, revision
-- reads   publication, task_change, rule_queue, rule_version
-- write   append

with

latest as (

    select coalesce(max(revision), 0) as revision
    from publication
    where
        business_date = cast($business_date as date)
        and queue = cast($queue as varchar)

),

changes as (

    select
        count(*) filter (where task_action = 'added') as rows_added,
        count(*) filter (where task_action = 'recalled') as rows_recalled
    from task_change
    where queue = cast($queue as varchar)

),

queues as (

    select
        queue,
        publish_empty
    from rule_queue
    where
        business_date = cast($business_date as date)
        and queue = cast($queue as varchar)

),

packs as (

    select string_agg(pack || '@' || rule_version, '; ' order by pack) as rule_versions
    from rule_version
    where business_date = cast($business_date as date)

)

select
    cast($business_date as date) as business_date,
    queues.queue,
    latest.revision + 1 as revision,
    cast(changes.rows_added as integer) as rows_added,
    cast(changes.rows_recalled as integer) as rows_recalled,
    cast($contract_version as varchar) as contract_version,
    cast($header_language as varchar) as header_language,
    packs.rule_versions
from queues
cross join latest
cross join changes
cross join packs
where
    changes.rows_added + changes.rows_recalled > 0
    or (latest.revision = 0 and queues.publish_empty and not cast($is_held as boolean))
