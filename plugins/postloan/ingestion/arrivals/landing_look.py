"""Looks for what lies in the landing zone and is not loaded, for the gate before contact.

Nobody takes in by himself what is dated far ahead of the book or before it, what is named like no
date, and what comes for a date that is closed. Until a person sees to it, nobody knows whom it
protects.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from postloan.contracts import catalogue
from postloan.ingestion.arrivals.lies_there import MAX_ENTRIES, hash_of_what_lies
from postloan.ingestion.arrivals.not_taken_in import (
    Arrived,
    all_arrived,
    content_of,
    has_been_looked_at,
)
from postloan.ingestion.arrivals.out_of_place import (
    closed_folders,
    folders_of_no_source,
    linked_folders,
    loose_files,
    misnamed_folders,
    misplaced_folders,
)
from postloan.warehouse import Warehouse

TABLE = "delivery_not_loaded"
THERE_BEFORE = "there_before"
ANY_FEED = "any"
NO_SOURCE = "landing zone"
LOOSE = "in no folder"

_KNOWN = """
    select
        source, place, feed, delivered_for, lies_as, content_sha256, business_date
    from delivery_not_loaded
    where lies_as = 'there_before'
"""

_IN_SLICE = """
    select source, place, feed, delivered_for, lies_as, content_sha256
    from delivery_not_loaded
    where business_date = cast($business_date as date)
"""


class NotLoaded(NamedTuple):
    """A feed of a delivery that lies in the landing zone; the fields are the columns of the table.

    Attributes:
        source: the source, or `landing zone` where the folder is below none.
        place: the date that its folder is named by; of another name its hash.
        feed: the feed.
        delivered_for: the date that the folder is named by; None where it is named by none.
        lies_as: how it lies there.
        content_sha256: hash of what the manifest lists; of what lies there, where nobody can tell.
    """

    source: str
    place: str
    feed: str
    delivered_for: date | None
    lies_as: str
    content_sha256: str


def note_not_loaded(warehouse: Warehouse, business_date: date, landing: Path) -> bool:
    """Keep on record what of the landing zone is not loaded as a business date is judged.

    What is for a later date within reach has its time to come. What is dated before the book, and
    lay there at the first look, belongs to no date of the book; what comes there later is mistyped.

    Args:
        warehouse: an open warehouse.
        business_date: the date whose contacts are judged; no later one has files. Where the book
            is not open yet, the date that opens it.
        landing: the landing zone.

    Returns:
        Whether something else was found than is on record for the date.

    Raises:
        WarehouseError: the warehouse refused a statement.
    """
    known = [(NotLoaded(*row[:-1]), row[-1]) for row in warehouse.fetch(_KNOWN)]
    # Of a crash before the date was judged this finds itself again.
    is_first = not has_been_looked_at(warehouse)
    kept = [] if is_first else [row for row, noted_on in known if noted_on == business_date]
    there_before = (
        set() if is_first else {(row.source, row.place, row.content_sha256) for row, _ in known}
    )
    found = {*kept, *_found(warehouse, business_date, landing, there_before, is_first=is_first)}
    slice_ = {"business_date": business_date}
    if found == {NotLoaded(*row) for row in warehouse.fetch(_IN_SLICE, slice_)}:
        return False
    rows = [slice_ | row._asdict() for row in sorted(found, key=lambda row: row[:3])]
    warehouse.replace_slice(TABLE, slice_, rows)
    return True


def _found(
    warehouse: Warehouse,
    business_date: date,
    landing: Path,
    there_before: set[tuple[str, str, str]],
    *,
    is_first: bool,
) -> Iterator[NotLoaded]:
    for one in all_arrived(warehouse, landing, opens_on=business_date):
        lies_as, content = _lies_as(one, business_date, is_first=is_first), content_of(one, landing)
        if lies_as is None or (*one.place, content) in there_before:
            continue
        feeds = (ANY_FEED,) if lies_as == THERE_BEFORE else _restricting(one.source, one)
        for feed in feeds:
            yield NotLoaded(*one.place, feed, one.business_date, lies_as, content)
    for source in catalogue().sources():
        for names, lies_as in (
            (misnamed_folders(landing, source), "misnamed"),
            (closed_folders(landing, source), "closed"),
            (linked_folders(landing, source), "linked"),
            (misplaced_folders(landing, source), "misplaced"),
        ):
            yield from _nameless(source, landing / source, names, lies_as)
        yield from _loose(source, landing / source)
    yield from _loose(NO_SOURCE, landing)
    yield from _nameless(NO_SOURCE, landing, folders_of_no_source(landing), "of_no_source")


def _lies_as(one: Arrived, business_date: date, *, is_first: bool) -> str | None:
    """How a delivery lies there; None where its time has yet to come."""
    if one.is_parked:
        return "far_ahead"
    if one.is_before_book:
        return THERE_BEFORE if is_first else "before_book"
    if one.business_date > business_date:
        return None
    return "again" if one.is_again else "late"


def _nameless(source: str, above: Path, names: Iterable[str], lies_as: str) -> Iterator[NotLoaded]:
    """Folders whose names may hold anything, so that none is kept."""
    for name in names:
        place = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()
        # A source may be closed itself, and is then no folder below its own.
        content = hash_of_what_lies(above / name if os.path.lexists(above / name) else above)
        for feed in _restricting(None if source == NO_SOURCE else source, None):
            yield NotLoaded(source, place, feed, None, lies_as, content)


def _loose(source: str, folder: Path) -> Iterator[NotLoaded]:
    """Files beside the folders of dates or sources: however many, they are one finding a feed."""
    names = loose_files(folder)
    if names:
        each = "\n".join(hash_of_what_lies(folder / name) for name in names[:MAX_ENTRIES])
        content = hashlib.sha256(f"{len(names)}\n{each}".encode()).hexdigest()
        for feed in _restricting(None if source == NO_SOURCE else source, None):
            yield NotLoaded(source, LOOSE, feed, None, "misplaced", content)


def _restricting(source: str | None, found: Arrived | None) -> Iterator[str]:
    """Feeds that may restrict contact: those told of, or all where nobody knows what is."""
    contracts = catalogue()
    feeds = contracts.feeds_of(source) if source else contracts.feeds.values()
    told = None
    if found and found.files is not None:
        told = {feed for feed, _ in found.files} | found.named
    return (f.name for f in feeds if f.restricts and (told is None or f.name in told))
