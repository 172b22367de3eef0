"""The ledger of deliveries: what arrived, in which version, and what became of the rows."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from postloan.contracts import Catalogue
from postloan.ingestion.loading.load_order import last_load_no
from postloan.ingestion.reading.manifest import Manifest
from postloan.ingestion.reading.names import told_file
from postloan.warehouse import Warehouse

_LOADED_BEFORE = """
    select
        feed, revision, file_sha256, contract_version, rows_in, rows_loaded, rows_quarantined,
        load_no
    from delivery
    where business_date = cast($business_date as date) and source = $source
"""

_CORRECTED_FEEDS = """
    select distinct feed
    from delivery_requeue
    where business_date = cast($business_date as date) and source = $source
"""


@dataclass(frozen=True)
class FeedCount:
    """What became of the data rows of one file."""

    feed: str
    rows_in: int
    rows_loaded: int
    rows_quarantined: int


Contents = frozenset[tuple[str, str, str, str]]
"""(feed, file name, SHA-256, contract version) of every file: what makes a delivery the same."""


@dataclass(frozen=True)
class LedgerEntry:
    """One delivery as it stands in the ledger."""

    revision: int
    is_opening: bool
    contents: Contents
    feeds: tuple[FeedCount, ...]


def contents_of(manifest: Manifest, contracts: Catalogue) -> Contents:
    """What a delivery holds, and against which contracts it is to be checked."""
    return frozenset(
        (f.feed, f.file, f.sha256, contracts.feeds[f.feed].version) for f in manifest.files
    )


def fingerprint_of(contents: Contents) -> str:
    """One hash for the content of a delivery: feeds, their SHA-256, their contract versions."""
    lines = sorted(f"{feed} {sha256} {version}" for feed, _, sha256, version in contents)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_entry(warehouse: Warehouse, source: str, business_date: date) -> LedgerEntry | None:
    """The delivery of a source for a date as it was last taken in, or None."""
    rows = warehouse.fetch(
        """
        select
            revision, is_opening, feed, file_name, file_sha256, contract_version,
            rows_in, rows_loaded, rows_quarantined
        from delivery
        where business_date = cast($business_date as date) and source = $source order by feed
        """,
        {"business_date": business_date, "source": source},
    )
    if not rows:
        return None
    return LedgerEntry(
        revision=max(row[0] for row in rows),
        is_opening=any(row[1] for row in rows),
        contents=frozenset((row[2], row[3], row[4], row[5]) for row in rows),
        feeds=tuple(FeedCount(row[2], row[6], row[7], row[8]) for row in rows),
    )


def taken_in(
    warehouse: Warehouse, source: str, business_date: date, landing: Path
) -> tuple[Path, ...]:
    """The files of a delivery that is in the ledger, as they are told; none where it is not."""
    entry = read_entry(warehouse, source, business_date)
    folder = landing / source / business_date.isoformat()
    names = sorted(file for _, file, _, _ in entry.contents) if entry else []
    return tuple(folder / told_file(name) for name in names)


def was_ever_delivered(warehouse: Warehouse, source: str, business_date: date) -> bool:
    """Whether a source has delivered anything for that date or an earlier one."""
    first = first_delivered_on(warehouse, source)
    return first is not None and first <= business_date


def first_delivered_on(warehouse: Warehouse, source: str) -> date | None:
    """The first business date that a source has delivered anything for; None where it never has."""
    first: date | None = warehouse.scalar(
        "select min(business_date) as day from delivery where source = $source", {"source": source}
    )
    return first


def was_book_delivered(warehouse: Warehouse, business_date: date) -> bool:
    """Whether a full book has been delivered for that date or an earlier one."""
    count = warehouse.scalar(
        "select count(*) as n from delivery "
        "where is_opening and business_date <= cast($business_date as date)",
        {"business_date": business_date},
    )
    return bool(count)


def write_entry(
    warehouse: Warehouse,
    manifest: Manifest,
    contracts: Catalogue,
    revision: int,
    feeds: Iterable[FeedCount],
) -> None:
    """Put a delivery in the ledger in place of its earlier revision."""
    counts = {c.feed: c for c in feeds}
    numbers = _load_numbers(warehouse, manifest, contracts, revision, counts)
    rows = [
        {
            "business_date": manifest.business_date,
            "source": manifest.source,
            "feed": file.feed,
            "revision": revision,
            "is_opening": manifest.opening,
            "file_name": file.file,
            "file_sha256": file.sha256,
            "contract_version": contracts.feeds[file.feed].version,
            "rows_in": counts[file.feed].rows_in,
            "rows_loaded": counts[file.feed].rows_loaded,
            "rows_quarantined": counts[file.feed].rows_quarantined,
            "load_no": numbers.get(file.feed),
        }
        for file in manifest.files
    ]
    place = {"business_date": manifest.business_date, "source": manifest.source}
    warehouse.replace_slice("delivery", place, rows)
    cursors = [{**place, "feed": n, "reached": c} for n, c in manifest.cursors.items()]
    warehouse.replace_slice("source_cursor", place, cursors)


def _load_numbers(
    warehouse: Warehouse,
    manifest: Manifest,
    contracts: Catalogue,
    revision: int,
    counts: dict[str, FeedCount],
) -> dict[str, int | None]:
    """Number of the load of each feed: the next one, or that of before where it says the same."""
    place = {"business_date": manifest.business_date, "source": manifest.source}
    number = last_load_no(warehouse) + 1
    numbers: dict[str, int | None] = {f.feed: number for f in manifest.files}
    asked_again = {feed for (feed,) in warehouse.fetch(_CORRECTED_FEEDS, place)}
    for feed, told_in, sha256, version, rows_in, loaded, held, before in warehouse.fetch(
        _LOADED_BEFORE, place
    ):
        file, count = manifest.file_of(feed), counts.get(feed)
        is_same = (
            file is not None
            and count is not None
            and file.sha256 == sha256
            and contracts.feeds[feed].version == version
            and count == FeedCount(feed, rows_in, loaded, held)
        )
        if is_same and (told_in == revision or feed not in asked_again):
            numbers[feed] = before
    return numbers


def read_cursors(warehouse: Warehouse, source: str, before: date) -> dict[str, str]:
    """Where the last delivery of changes before a date ended, by feed."""
    return dict(warehouse.read_model("last_cursor", {"source": source, "business_date": before}))
