"""Runs a mapping: foreign tables in, landing deliveries out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from postloan.business_date import FIRST_DATE, LAST_DATE, is_business_date
from postloan.contracts import Catalogue, Column, FeedContract, catalogue
from postloan.landing.foreign.foreign_tables import open_table, reason
from postloan.landing.foreign.mapping import FeedMapping, MappingError
from postloan.landing.foreign.mapping import Mapping as ImportMapping
from postloan.landing.foreign.statements import resolve
from postloan.landing.select_bounds import close_the_door, outside_functions
from postloan.landing.writer import literal, quoted, write_deliveries
from postloan.text.shown_text import shown

MOST_DAYS = 20_000
"""More than half a century; each is a folder with a file for every feed."""


@dataclass(frozen=True)
class ImportSummary:
    """What an import delivered.

    Attributes:
        opening: business date of the opening deliveries.
        until: business date of the last daily deliveries; the opening where there are none.
        deliveries: number of deliveries, all sources together.
        rows: data rows per feed, all deliveries together.
        later_rows: rows per feed that lie after `until` and were left where they are.
    """

    opening: date
    until: date
    deliveries: int
    rows: Mapping[str, int]
    later_rows: Mapping[str, int]


@contextmanager
def _database() -> Iterator[duckdb.DuckDBPyConnection]:
    with TemporaryDirectory(prefix="postloan-import-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with duckdb.connect(":memory:", config=config) as connection:
            connection.execute("set enable_progress_bar = false")
            yield connection


def _text(column: Column, engine_type: str) -> str:
    """The expression that writes a selected column in the form of a delivery.

    A number gets the digits of its contract only if that changes nothing; anything else goes on as
    it is, so that ingestion judges it and no row is lost or bent here.
    """
    name = quoted(column.name)
    plain = f"nullif(cast({name} as varchar), '')"
    if column.sql_type.startswith("decimal(") or column.logical_type == "integer":
        exact = f"try_cast({name} as {column.sql_type})"
        unchanged = f"{exact} = try_cast({name} as decimal(38,10))"
        return f"case when {unchanged} then cast({exact} as varchar) else {plain} end"
    if column.sql_type == "date" and engine_type.startswith("TIMESTAMP"):
        day = f"cast({name} as date)"
        return f"case when {name} = {day} then cast({day} as varchar) else {plain} end"
    return plain


def _columns_of(connection: duckdb.DuckDBPyConnection, select: str) -> dict[str, str]:
    try:
        described = connection.execute(f"describe {select}").fetchall()
    except duckdb.Error as error:
        # The first line names columns of the SELECT; what follows may be read off the files.
        raise MappingError(shown(str(error).splitlines()[0], 300)) from None
    return {str(row[0]): str(row[1]) for row in described}


def _check_columns(feed: FeedContract, mapping: FeedMapping, found: Mapping[str, str]) -> None:
    allowed = [c.name for c in feed.file_columns]
    unknown = [c for c in found if c not in allowed and c != mapping.split_by]
    if unknown:
        raise MappingError(
            f"the feed has no column {', '.join(unknown)}. It has: {', '.join(allowed)}."
        )
    missing = [c.name for c in feed.file_columns if c.required and c.name not in found]
    if missing:
        raise MappingError(f"the feed requires {', '.join(missing)}; select it.")
    if mapping.split_by is not None and mapping.split_by not in found:
        raise MappingError(f"split_by names {mapping.split_by}, which the SELECT does not give.")


def _known_on(mapping: FeedMapping) -> str:
    """The date a row becomes known; one without a date was always known."""
    return f"cast({quoted(mapping.split_by)} as date)" if mapping.split_by else "cast(null as date)"


def _prepare_feed(
    connection: duckdb.DuckDBPyConnection,
    feed: FeedContract,
    mapping: FeedMapping,
    select: str,
    opening: date,
    until: date,
) -> int:
    """Lay out what is sent of a feed; return how many rows lie after the last date."""
    if outside := outside_functions(connection, select):
        raise MappingError(
            f"it calls {', '.join(outside)}, so its rows would depend on more than the tables. Use "
            f"these, $opening and $until."
        )
    found = _columns_of(connection, select)
    _check_columns(feed, mapping, found)
    texts = ", ".join(
        f"{_text(c, found[c.name]) if c.name in found else 'cast(null as varchar)'}"
        f" as {quoted(c.name)}"
        for c in feed.file_columns
    )
    rows = quoted(f"{feed.name}_rows")
    try:
        connection.execute(
            f"create table {rows} as select {_known_on(mapping)} as known_on, {texts} "  # noqa: S608
            f"from ({select}) as selected"
        )
    except duckdb.Error as error:
        raise MappingError(reason(error)) from None
    connection.execute(
        f"create view {quoted(f'{feed.name}_opening')} as select * from {rows} "  # noqa: S608
        f"where known_on is null or known_on <= date {literal(opening.isoformat())}"
    )
    connection.execute(
        f"create table {quoted(f'{feed.name}_daily')} as select * from {rows} "  # noqa: S608
        f"where known_on > date {literal(opening.isoformat())} order by known_on"
    )
    later = connection.execute(
        f"select count(*) from {rows} where known_on > ?",  # noqa: S608
        [until],
    ).fetchone()
    return int(later[0]) if later else 0


def _prepare_nothing(connection: duckdb.DuckDBPyConnection, feed: FeedContract) -> None:
    """A required feed that the foreign system does not have is sent without rows."""
    columns = ", ".join(f"{quoted(c.name)} varchar" for c in feed.file_columns)
    for part in ("opening", "daily"):
        name = quoted(f"{feed.name}_{part}")
        connection.execute(f"create table {name} (known_on date, {columns})")


def _sources(mapping: ImportMapping, known: Catalogue) -> tuple[str, ...]:
    unknown = [name for name in mapping.feeds if name not in known.feeds]
    if unknown:
        raise MappingError(
            f"feeds: there is no feed {', '.join(unknown)}. Known: {', '.join(known.feeds)}."
        )
    return tuple(dict.fromkeys(known.feeds[name].source for name in mapping.feeds))


def _dates(mapping: ImportMapping) -> tuple[date, date]:
    if mapping.opening is None:
        raise MappingError("No opening date: give `opening` in the mapping or --opening.")
    until = mapping.until or mapping.opening
    if until < mapping.opening:
        raise MappingError(f"The last date {until} lies before the opening {mapping.opening}.")
    for day in (mapping.opening, until):
        if not is_business_date(day):
            raise MappingError(
                f"No business date is before {FIRST_DATE} or after {LAST_DATE}: {day} is mistyped."
            )
    if (until - mapping.opening).days > MOST_DAYS:
        raise MappingError(
            f"From {mapping.opening} until {until} it would be more than {MOST_DAYS:,} daily "
            f"deliveries, so one of the dates is mistyped. A longer history is opened later."
        )
    return mapping.opening, until


def _import(mapping: ImportMapping, folder: Path, landing: Path) -> ImportSummary:
    known = catalogue()
    opening, until = _dates(mapping)
    sources = _sources(mapping, known)
    days = [opening + timedelta(days=n) for n in range(1, (until - opening).days + 1)]
    rows: Counter[str] = Counter()
    later: dict[str, int] = {}
    with _database() as connection:
        for name, table in mapping.tables.items():
            open_table(connection, name, table, folder)
        close_the_door(connection, landing)
        parameters = {"opening": opening, "until": until}
        for name, feed_mapping in mapping.feeds.items():
            try:
                select = resolve(feed_mapping.select, mapping.tables, parameters)
                later[name] = _prepare_feed(
                    connection, known.feeds[name], feed_mapping, select, opening, until
                )
            except MappingError as error:
                raise MappingError(f"feeds.{name}: {error}") from error.__cause__
        # Nothing is written before all of it has been read.
        for source in sources:
            feeds = tuple(
                f for f in known.feeds_of(source) if f.is_required or f.name in mapping.feeds
            )
            for feed in feeds:
                if feed.name not in mapping.feeds:
                    _prepare_nothing(connection, feed)
            rows.update(write_deliveries(connection, landing, feeds, opening=opening, days=days))
    deliveries = len(sources) * (1 + len(days))
    return ImportSummary(opening, until, deliveries, dict(rows), later)


def import_tables(
    mapping: ImportMapping,
    folder: Path,
    landing: Path,
    *,
    opening: date | None = None,
    until: date | None = None,
) -> ImportSummary:
    """Turn foreign tables into one opening delivery and daily deliveries per source.

    A row whose `split_by` date is after the opening goes to the delivery of that date; a row after
    the last date is not known yet and stays where it is. All other rows are in the opening.

    Args:
        mapping: what to read and how.
        folder: where the foreign files are.
        landing: the landing zone; deliveries of the same dates are replaced.
        opening: business date of the opening; that of the mapping where it is None.
        until: last business date; that of the mapping where it is None, unless `opening` is
            given: then there is no other date than the opening.

    Raises:
        MappingError: the mapping and the files, feeds or dates do not fit together.
    """
    if not folder.is_dir():
        raise MappingError(f"There is no folder {folder} to import from.")
    if opening is not None:
        mapping = mapping.model_copy(update={"opening": opening, "until": until})
    elif until is not None:
        mapping = mapping.model_copy(update={"until": until})
    try:
        return _import(mapping, folder, landing)
    except MappingError as error:
        raise MappingError(f"Mapping {mapping.mapping}: {error}") from error.__cause__
