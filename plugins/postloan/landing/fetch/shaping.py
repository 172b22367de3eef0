"""From kept pages to the files of a delivery: one SELECT per feed, in a DuckDB of its own.

A SELECT sees every resource as a relation of `of` and `item` (JSON; decimals are texts with the
digits that were sent), `code` (list_name, code, meaning) from the configuration, and `asked`
(business_date, closed_date, and standing_on, the source's own business date). `since` holds the
cursor of a feed, no row where there is none. `day_of` makes a date of `[y, m, d]`.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import duckdb

from postloan.contracts import FeedContract, catalogue
from postloan.errors import ContractError, DeliveryError
from postloan.landing.fetch.config import Connector, Rest, connector_folder
from postloan.landing.fetch.pages import Pages
from postloan.landing.fetch.result import Order, Standing, cursor_name
from postloan.landing.select_bounds import close_the_door, outside_functions
from postloan.landing.writer import literal, quoted, write_delivery

LARGEST_ITEM_BYTES = 1 << 28


class Shaper:
    """Reads kept pages with SQL."""

    def __init__(self, order: Order, config: Rest, standing: Standing) -> None:
        self._order, self._config, self.standing = order, config, standing
        self._connection = duckdb.connect(":memory:")
        run = self._connection.execute
        run(
            "create table asked as select cast(? as date) as business_date, "
            "cast(? as date) as closed_date, cast(? as date) as standing_on",
            [order.business_date, standing.closed, standing.current],
        )
        run("create table code (list_name varchar, code varchar, meaning varchar)")
        run(
            "create macro day_of(parts) as make_date(cast(parts ->> 0 as integer), "
            "cast(parts ->> 1 as integer), cast(parts ->> 2 as integer))"
        )
        run("create table since (feed varchar, reached varchar)")
        order.landing.mkdir(parents=True, exist_ok=True)
        close_the_door(self._connection, order.landing)
        codes = [(n, c, m) for n, codes in config.codes.items() for c, m in codes.items()]
        if codes:
            self._connection.executemany("insert into code values (?, ?, ?)", codes)
        if order.cursors:
            self._connection.executemany(
                "insert into since values (?, ?)", [list(pair) for pair in order.cursors.items()]
            )

    def __enter__(self) -> "Shaper":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def show(self, resource: str, pages: Pages) -> None:
        """Make the pages of a resource a relation; what came twice and is the same counts once."""
        files = literal(str(pages.folder / "page-*.jsonl"))
        self._connection.execute(
            f"create or replace table {quoted(resource)} as select distinct * "  # noqa: S608
            f"from read_json({files}, format = 'newline_delimited', "
            f"columns = {{of: 'VARCHAR', item: 'JSON'}}, "
            f"maximum_object_size = {LARGEST_ITEM_BYTES})"
        )

    def has_conflict(self, resource: str, key: str) -> bool:
        """Whether a list holds two versions of one thing: it moved while it was read."""
        found = self._connection.execute(
            f"select count(*) from (select item ->> ? from {quoted(resource)} "  # noqa: S608
            f"group by 1 having count(*) > 1)",
            [f"$.{key}"],
        ).fetchone()
        return bool(found and found[0])

    def values(self, resource: str, field: str) -> Iterator[str]:
        """The different values of a field, in an order that never changes."""
        cursor = self._connection.cursor()
        cursor.execute(
            f"select distinct item ->> ? as value from {quoted(resource)} "  # noqa: S608
            f"where value is not null order by value",
            [f"$.{field}"],
        )
        while row := cursor.fetchone():
            yield row[0]

    def write_delivery(self, connector: Connector) -> dict[str, int]:
        """Shape every feed and write the delivery, manifest last.

        Raises:
            ContractError: the connector has no SELECT for any feed of the source.
            DeliveryError: a SELECT meets something in the pages that it cannot read.
        """
        folder = connector_folder(self._config.connector) / "sql"
        feeds = catalogue().feeds_of(self._order.source)
        known = [f for f in feeds if (folder / f"{f.name}.sql").exists()]
        if not known:
            raise ContractError(
                f"{folder} holds no SELECT for a feed of {self._order.source}. Is "
                f"'{self._config.connector}' the right connector?"
            )
        sent = tuple(f for f in feeds if f in known or f.is_required)
        for feed in sent:
            self._shape(feed, folder / f"{feed.name}.sql")
        return write_delivery(
            self._connection,
            self._order.landing,
            sent,
            self._order.business_date,
            opening=self._order.opening,
            cursors=self._cursors(connector),
        )

    def _shape(self, feed: FeedContract, path: Path) -> None:
        columns = [c.name for c in feed.file_columns]
        if path.exists():
            text = path.read_text(encoding="utf-8")
            if outside := outside_functions(self._connection, text):
                raise ContractError(
                    f"{path.name} calls {', '.join(outside)}, so its rows would depend on more "
                    f"than what the source sent. Use the tables that it is given, such as asked."
                )
            select = f"({text}\n)"
        else:
            nothing = ", ".join(f"null as {quoted(c)}" for c in columns)
            select = f"(select {nothing} where false)"
        kind = "opening" if self._order.opening else "daily"
        texts = ", ".join(f"cast({quoted(c)} as varchar) as {quoted(c)}" for c in columns)
        day = literal(self._order.business_date.isoformat())
        try:
            self._connection.execute(
                f"create or replace table {quoted(f'{feed.name}_{kind}')} as "  # noqa: S608
                f"select {texts}, cast({day} as date) as known_on from {select}"
            )
        except duckdb.Error as error:
            # The engine's words may quote a value; its first line up to the colon never does.
            kind_of_error = str(error).split(":", 1)[0]
            raise DeliveryError(
                f"{self._order.where}: {path.name} cannot shape what the source sent "
                f"({kind_of_error}). Compare the pages in {self._order.pages} with it."
            ) from None

    def _cursors(self, connector: Connector) -> dict[str, str]:
        """Where the next fetch goes on: for resources with changes, and for feeds by date."""
        found = {feed: self.standing.closed.isoformat() for feed in connector.feed_cursors}
        for name, resource in connector.resources.items():
            if resource.since:
                found |= self._order.cursors_of(name)
                reached = self._connection.execute(
                    f"select of, max(item ->> ?) as reached from {quoted(name)} "  # noqa: S608
                    f"group by of having reached is not null order by of",
                    [f"$.{resource.since.field}"],
                ).fetchall()
                found |= {cursor_name(name, of): str(value) for of, value in reached}
        return found
