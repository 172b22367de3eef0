"""Streams SELECTs of a database into the files of a delivery, in one read-only transaction."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Result, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from postloan.contracts import FeedContract, catalogue
from postloan.errors import ContractError
from postloan.files.landing_folder import LandingFolder
from postloan.landing.fetch.config import Query, Sql
from postloan.landing.fetch.result import Endpoint, Order, SourceUnavailableError
from postloan.landing.writer import finish_delivery

READ_ONLY = {
    "postgresql": "set transaction isolation level repeatable read, read only",
    "mysql": "set transaction read only",
    "mariadb": "set transaction read only",
    "oracle": "set transaction read only",
    "sqlite": "pragma query_only = on",
}
"""How each engine is told that nothing is to be written; others are not asked."""


def fetch_sql(order: Order, config: Sql, endpoint: Endpoint) -> dict[str, int]:
    """Write one file per feed and then the manifest.

    Returns:
        Rows per feed.

    Raises:
        ContractError: a feed is unknown, a query lacks its columns, or the engine cannot promise
            to write nothing.
        SourceUnavailableError: the database does not answer or refuses a query.
    """
    feeds = {f.name: f for f in catalogue().feeds_of(order.source)}
    if unknown := sorted(config.feeds.keys() - feeds.keys()):
        raise ContractError(f"{order.source}: no contract for the feeds {', '.join(unknown)}.")
    sent = [f for f in feeds.values() if f.name in config.feeds or f.is_required]
    rows: dict[str, int] = {}
    cursors: dict[str, str] = {}
    with LandingFolder(order.landing, order.source, order.business_date) as folder:
        folder.begin()
        try:
            # Parameters and rows stay out of error texts.
            engine = create_engine(endpoint.url, hide_parameters=True)
            with _reading(engine, order) as connection:
                for feed in sent:
                    query = config.feeds.get(feed.name)
                    rows[feed.name] = (
                        _stream(connection, order, config, feed, query, cursors)
                        if query
                        else _write(order, feed, iter(()))
                    )
        except SQLAlchemyError as error:
            raise SourceUnavailableError(
                f"{order.where}: the database does not answer as expected "
                f"({type(error).__name__}). Look at its connection and the queries of "
                f"{order.source}.yaml."
            ) from None
        finish_delivery(folder, opening=order.opening, rows=rows, cursors=cursors)
    return rows


def _reading(engine: Engine, order: Order) -> Connection:
    statement = READ_ONLY.get(engine.dialect.name)
    if statement is None:
        raise ContractError(
            f"{order.source}: {engine.dialect.name} cannot be read under a promise to write "
            f"nothing. Engines that can: {', '.join(sorted(READ_ONLY))}."
        )
    connection = engine.connect()
    connection.execute(text(statement))
    return connection


def _stream(
    connection: Connection,
    order: Order,
    config: Sql,
    feed: FeedContract,
    query: Query,
    cursors: dict[str, str],
) -> int:
    known: dict[str, Any] = {"business_date": order.business_date.isoformat()}
    select = query.query.rstrip().rstrip(";")
    if query.watermark:
        known["since"] = order.cursors.get(feed.name, query.watermark.initial)
        reached = connection.execute(
            _bound(f"select max({query.watermark.column}) from ({select}) as q", known)  # noqa: S608
        ).scalar()
        cursors[feed.name] = str(known["since"] if reached is None else reached)
    result = connection.execution_options(
        stream_results=True, max_row_buffer=config.batch_rows
    ).execute(_bound(select, known))
    found = set(result.keys())
    missing = [c.name for c in feed.file_columns if c.required and c.name not in found]
    if missing:
        raise ContractError(
            f"{order.source}: the query of {feed.name} lacks the columns {', '.join(missing)}."
        )
    return _write(order, feed, _batches(result, feed, config.batch_rows))


def _bound(select: str, known: dict[str, Any]) -> Any:
    statement = text(select)
    wanted = set(statement._bindparams)
    return statement.bindparams(**{n: v for n, v in known.items() if n in wanted})


def _batches(result: Result[Any], feed: FeedContract, size: int) -> Iterator[list[list[str]]]:
    names = list(result.keys())
    places = [names.index(c.name) if c.name in names else None for c in feed.file_columns]
    for batch in result.partitions(size):
        yield [["" if p is None else _as_text(row[p]) for p in places] for row in batch]


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _write(order: Order, feed: FeedContract, batches: Iterator[list[list[str]]]) -> int:
    rows = 0
    with (order.workshop / f"{feed.name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([c.name for c in feed.file_columns])
        for batch in batches:
            writer.writerows(batch)
            rows += len(batch)
    return rows
