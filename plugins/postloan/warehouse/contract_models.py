"""SELECTs that follow from the contract of a feed or of a table, so that nobody types them.

* `<feed>`: its facts. The staged rows of one delivery, with the date of the delivery.
* `current_<feed>`: the facts as of a date: of each key the version received last, or the rows of
  the newest snapshot.
* `current_<table>`, where a table keeps the versions of its rows: those that are not superseded.
* `task_content`: what the tasks of all queues say, by the contracts of their files.

A SQL file of the same name stands in their place. Where it does for `current_<feed>`, what the
contract says can be read as `latest_<feed>`. A feed whose facts have a file of their own has no
version of a key that counts alone, so it gets no view.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from postloan.contracts import RECEIVED_ON, FeedContract, Table
from postloan.contracts.payloads import IDENTITY
from postloan.errors import ContractError

CURRENT, LATEST = "current_", "latest_"
CONTENT = "task_content"
SNAPSHOT = "snapshot"


def contract_models(
    feeds: Iterable[FeedContract], files: Collection[str]
) -> Iterator[tuple[str, Path, str]]:
    """Name, contract and text of every SELECT that the contracts of feeds make.

    Args:
        feeds: the contracts.
        files: names of the SQL files, which stand in their place.
    """
    for feed in feeds:
        if feed.name in files:
            continue
        yield feed.name, feed.path, _facts(feed)
        name = (LATEST if CURRENT + feed.name in files else CURRENT) + feed.name
        as_of = _newest_snapshot if feed.delivery == SNAPSHOT else _latest_version
        yield name, feed.path, as_of(name, feed)


def version_models(tables: Iterable[Table], folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Name, contract and text of the views of what is known now, of the tables that keep versions.

    Args:
        tables: the tables of the contracts.
        folder: where the contracts of the warehouse are.
    """
    for table in tables:
        if table.keeps_versions:
            name = CURRENT + table.name
            yield name, folder / f"{table.area}.yaml", _not_superseded(name, table)


def content_model(payloads: Mapping[str, Table], folder: Path) -> tuple[str, Path, str]:
    """Name, folder and text of the view of what the tasks said, whatever queue they are of.

    Args:
        payloads: queue -> the table of what its tasks say.
        folder: where the contracts of the task files are.

    Raises:
        ContractError: a column is of one type in one queue and of another elsewhere.
    """
    types = {c.name: c.sql_type for table in payloads.values() for c in table.columns}
    for queue, table in payloads.items():
        for column in table.columns:
            if column.sql_type != types[column.name]:
                raise ContractError(
                    f"{queue}.yaml: {column.name} is {column.sql_type}, and {types[column.name]} "
                    f"in another task file. A column of one name has one type."
                )
    selects = [
        ",\n    ".join(
            (
                f"'{queue}' as queue",
                *(
                    name if name in table.column_names else f"cast(null as {sql_type}) as {name}"
                    for name, sql_type in types.items()
                ),
            )
        )
        + f"\nfrom {table.name}\n"
        for queue, table in payloads.items()
    ]
    title = "what the tasks of all queues say, empty where the file of a queue has no such column"
    reads = ", ".join(table.name for table in payloads.values())
    header = model_header(CONTENT, title, f"queue, {', '.join(IDENTITY)}", reads, "view")
    return CONTENT, folder, header + "\nunion all\n\n".join(f"select\n    {s}" for s in selects)


def _not_superseded(name: str, table: Table) -> str:
    """The rows of a table that hold now."""
    columns = ",\n    ".join(c.name for c in table.made_columns)
    title = f"{table.english_name}, as known now: what nothing has superseded"
    header = model_header(name, title, ", ".join(table.row_key), table.name, "view")
    return f"{header}select\n    {columns}\nfrom {table.name}\nwhere known_before is null\n"


def _grain(feed: FeedContract) -> str:
    return ", ".join(k for k in feed.table.key if k != RECEIVED_ON.name)


def model_header(name: str, title: str, grain: str, reads: str, write: str) -> str:
    """The comment that a SQL file begins with, for a model that no file holds."""
    lines = (f"{name}: {title}.", "", f"grain   {grain}", f"reads   {reads}", f"write   {write}")
    return "\n".join(f"-- {line}".rstrip() for line in lines) + "\n\n"


def _facts(feed: FeedContract) -> str:
    """The rows of one delivery as they came."""
    made = {RECEIVED_ON.name: f"cast($business_date as date) as {RECEIVED_ON.name}"}
    columns = ",\n    ".join(made.get(c, c) for c in feed.table.column_names)
    staged = f"staged_{feed.name}"
    title = f"{feed.table.english_name}, as delivered"
    header = model_header(feed.name, title, _grain(feed), staged, f"partition {RECEIVED_ON.name}")
    return f"{header}select\n    {columns}\nfrom {staged}\n"


def _latest_version(name: str, feed: FeedContract) -> str:
    """Of each key the version received last.

    Engines join what came after the first delivery, which is little; `not exists` made DuckDB keep
    every key of the table.
    """
    facts = feed.table.name
    key = [k for k in feed.table.key if k != RECEIVED_ON.name]
    columns = ",\n    ".join(f"{facts}.{c}" for c in feed.table.column_names)
    keys = ",\n        ".join(key)
    same_key = "".join(f"        {facts}.{k} = replacing.{k}\n        and " for k in key)
    title = f"{feed.table.english_name}, as known on the date given: the latest version of each"
    return f"""{model_header(name, title, _grain(feed), facts, "view")}with

replacing as (

    select
        {keys},
        max(received_on) as replaced_on
    from {facts}
    where
        received_on <= cast($known_on as date)
        -- The first delivery of all replaces nothing, and is nearly the whole book.
        and received_on > (
            select min(earliest.received_on)
            from {facts} as earliest
        )
    group by
        {keys}

)

select
    {columns}
from {facts}
left join replacing
    on
{same_key}{facts}.received_on < replacing.replaced_on
where
    {facts}.received_on <= cast($known_on as date)
    and replacing.replaced_on is null
"""  # noqa: S608 (names of contracts)


def _newest_snapshot(name: str, feed: FeedContract) -> str:
    """The rows of the newest snapshot; what it leaves out is gone."""
    facts = feed.table.name
    columns = ",\n    ".join(f"{facts}.{c}" for c in feed.table.column_names)
    title = f"{feed.table.english_name}, as known on the date given: the newest snapshot"
    return f"""{model_header(name, title, _grain(feed), f"{facts}, delivery", "view")}with

newest as (

    -- From the ledger, so that a snapshot without rows counts as one.
    select max(business_date) as received_on
    from delivery
    where
        feed = '{feed.name}'
        and business_date <= cast($known_on as date)

)

select
    {columns}
from {facts}
inner join newest
    on {facts}.received_on = newest.received_on
"""  # noqa: S608 (names of contracts)
