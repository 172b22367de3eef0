"""Writes deliveries into the landing zone the way a well-behaved source does.

One folder per source and business date, one CSV file per feed, and `manifest.json` last: its
presence means that the delivery is complete. The same rows always give the same bytes, however
many threads worked on them.

Whoever writes prepares two relations per feed, each with the columns of the feed's contract:
`<feed>_opening`, and `<feed>_daily` with `known_on` beside them, the day the row was sent.

Others write there too. So no link is followed: files are made in a folder that is ours alone, and
then take the place of whatever has their name.
"""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from postloan.contracts import FeedContract
from postloan.errors import DeliveryError
from postloan.modes import is_ours_alone

MANIFEST = "manifest.json"
UNFINISHED = ".writing"


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


def delivery_folder(landing: Path, source: str, business_date: date) -> Path:
    """`landing/<source>/<date>`, made where it is not there.

    Raises:
        DeliveryError: a link stands in the place of one of the two folders.
    """
    folder = landing / source / business_date.isoformat()
    landing.mkdir(parents=True, exist_ok=True)
    for part in (folder.parent, folder):
        if part.is_symlink():
            raise DeliveryError(
                f"{part.relative_to(landing)} in the landing zone is a link. Nothing was written "
                f"to where it leads. Remove it; what lies on another disk is mounted, not linked."
            )
        part.mkdir(exist_ok=True)
    return folder


def private_folder(folder: Path) -> Path:
    """A folder for unfinished work that is ours alone, and holds no links; one that is not goes."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        folder.unlink()
    elif folder.is_dir() and not is_ours_alone(folder):
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _sha256(path: Path) -> str:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_feed(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> int:
    statement = f"copy ({select}) to {literal(str(path))} (format csv, header true)"
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0


def _write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    unfinished = private_folder(folder / UNFINISHED) / MANIFEST
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(folder / MANIFEST)
    shutil.rmtree(unfinished.parent)


def finish_delivery(
    folder: Path,
    source: str,
    business_date: date,
    *,
    opening: bool,
    rows: Mapping[str, int],
    cursors: Mapping[str, str] | None = None,
) -> None:
    """Write the manifest over the files `<feed>.csv` of a folder: the delivery is complete.

    Args:
        folder: `landing/<source>/<date>`.
        source: who delivers.
        business_date: the date that the delivery is for.
        opening: whether it is the full book.
        rows: data rows of every file, by feed.
        cursors: where the next delivery of changes goes on, for sources that are fetched.
    """
    files = [
        {"feed": feed, "file": f"{feed}.csv", "rows": n, "sha256": _sha256(folder / f"{feed}.csv")}
        for feed, n in rows.items()
    ]
    manifest = {
        "source": source,
        "business_date": business_date.isoformat(),
        "opening": opening,
        "files": files,
        **({"cursors": dict(cursors)} if cursors else {}),
    }
    _write_manifest(folder, manifest)


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
    source = feeds[0].source
    folder = delivery_folder(landing, source, business_date)
    # The old manifest goes first: a half-written delivery must never look complete.
    (folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(private_folder(folder / UNFINISHED))
    unfinished = private_folder(folder / UNFINISHED)
    rows: dict[str, int] = {}
    for feed in feeds:
        select, name = _select(feed, None if opening else business_date), f"{feed.name}.csv"
        rows[feed.name] = _write_feed(connection, select, unfinished / name)
        (unfinished / name).replace(folder / name)
    finish_delivery(folder, source, business_date, opening=opening, rows=rows, cursors=cursors)
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
