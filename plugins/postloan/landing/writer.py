"""Writes deliveries into the landing zone the way a well-behaved source does.

One folder per source and business date, one CSV file per feed, and `manifest.json` last: its
presence means that the delivery is complete. The same rows always give the same bytes, however
many threads worked on them.

Whoever writes prepares two relations per feed, each with the columns of the feed's contract:
`<feed>_opening`, and `<feed>_daily` with `known_on` beside them, the day the row was sent.

Others write there too. How files get there all the same is told in `landing_folder`.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import duckdb

from postloan.contracts import FeedContract
from postloan.files.landing_folder import MANIFEST, LandingFolder


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal, for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _select(feed: FeedContract, day: date | None) -> str:
    columns = [c.name for c in feed.file_columns]
    # A key may have derived columns, which no sender knows. The whole row breaks ties, so that
    # even rows with one key keep one order.
    sent_key = [name for name in feed.table.key if name in columns]
    order = [*sent_key, *(name for name in columns if name not in sent_key)]
    relation = f"{feed.name}_opening" if day is None else f"{feed.name}_daily"
    where = "" if day is None else f" where known_on = date {literal(day.isoformat())}"
    return (
        f"select {', '.join(map(quoted, columns))} from {quoted(relation)}{where}"  # noqa: S608
        f" order by {', '.join(map(quoted, order))}"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_feed(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> int:
    statement = f"copy ({select}) to {literal(str(path))} (format csv, header true)"
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0


def finish_delivery(
    folder: LandingFolder,
    *,
    opening: bool,
    rows: Mapping[str, int],
    cursors: Mapping[str, str] | None = None,
) -> None:
    """Write the manifest over the files `<feed>.csv` of the workshop, and put all in their places.

    Args:
        folder: where the delivery goes.
        opening: whether it is the full book.
        rows: data rows of every file, by feed.
        cursors: where the next delivery of changes goes on, for sources that are fetched.
    """
    files = [
        {
            "feed": feed,
            "file": f"{feed}.csv",
            "rows": n,
            # Of what we wrote, and not of what lies where others can write.
            "sha256": _sha256(folder.workshop / f"{feed}.csv"),
        }
        for feed, n in rows.items()
    ]
    manifest = {
        "source": folder.source,
        "business_date": folder.business_date.isoformat(),
        "opening": opening,
        "files": files,
        **({"cursors": dict(cursors)} if cursors else {}),
    }
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
    (folder.workshop / MANIFEST).write_text(text + "\n", encoding="utf-8")
    folder.complete(f"{feed}.csv" for feed in rows)


def write_delivery(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    feeds: tuple[FeedContract, ...],
    business_date: date,
    *,
    opening: bool,
    cursors: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Write one delivery of one source, from `<feed>_opening` or `<feed>_daily` of that date.

    Returns:
        Data rows per feed.

    Raises:
        DeliveryError: a link stands in the place of a folder.
    """
    with LandingFolder(landing, feeds[0].source, business_date) as folder:
        folder.begin()
        rows: dict[str, int] = {}
        for feed in feeds:
            select = _select(feed, None if opening else business_date)
            path = folder.workshop / f"{feed.name}.csv"
            rows[feed.name] = _write_feed(connection, select, path)
        finish_delivery(folder, opening=opening, rows=rows, cursors=cursors)
    return rows


def write_deliveries(
    connection: duckdb.DuckDBPyConnection,
    landing: Path,
    feeds: tuple[FeedContract, ...],
    *,
    opening: date,
    days: Iterable[date],
) -> Counter[str]:
    """Write the opening delivery of one source and a daily delivery for each of the days.

    A delivery holds a file for each of the feeds; one without rows has a header only. An older
    delivery of the same source and date is replaced.

    Args:
        connection: holds `<feed>_opening` and `<feed>_daily` for every feed.
        landing: the landing zone.
        feeds: the feeds of one source that are sent.
        opening: business date of the opening delivery.
        days: business dates of the daily deliveries.

    Returns:
        Data rows written per feed.
    """
    rows: Counter[str] = Counter()
    rows.update(write_delivery(connection, landing, feeds, opening, opening=True))
    for day in days:
        rows.update(write_delivery(connection, landing, feeds, day, opening=False))
    return rows
