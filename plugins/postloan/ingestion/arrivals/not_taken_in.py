"""What lies in the landing zone and is not loaded: nobody knows yet whom it protects.

A delivery that was refused is on record and told by itself (`refused_deliveries`).
"""

import hashlib
from datetime import date
from pathlib import Path
from typing import NamedTuple

from postloan.contracts import catalogue
from postloan.errors import DeliveryError
from postloan.ingestion.arrivals.feeds_named import listed_as_another
from postloan.ingestion.arrivals.horizon import newest_date, within_reach
from postloan.ingestion.arrivals.lies_there import hash_of_what_lies
from postloan.ingestion.arrivals.out_of_place import date_named
from postloan.ingestion.arrivals.refused_deliveries import RefusedContents, refused_contents
from postloan.ingestion.reading.manifest import MANIFEST, read_manifest
from postloan.text.advice import advised
from postloan.text.shown_text import shown
from postloan.warehouse import Warehouse

_OPENED_ON = "select min(business_date) as day from business_day where is_opening"

_LOADED = """
    select business_date, source, feed, file_sha256
    from delivery
"""

_THERE_BEFORE = """
    select distinct source, place, content_sha256
    from delivery_not_loaded
    where lies_as = 'there_before'
"""

Files = frozenset[tuple[str, str]]
"""Feed and hash of the files of a delivery."""


class Arrived(NamedTuple):
    """A delivery that is complete and not loaded.

    Attributes:
        business_date: the date that it is for.
        source: its source.
        files: what its manifest lists; None where that cannot be read.
        defect: why it cannot be read, in words that hold no value of it; empty where it can.
        named: feeds that the name of a file speaks of, which is listed as another.
        is_again: whether other files of that source and date are loaded.
        is_parked: whether it is dated too far ahead of the book to be taken in.
        is_before_book: whether it is dated before the book was opened.
    """

    business_date: date
    source: str
    files: Files | None
    defect: str = ""
    named: frozenset[str] = frozenset()
    is_again: bool = False
    is_parked: bool = False
    is_before_book: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """Its source, and the name of its folder there."""
        return self.source, self.business_date.isoformat()

    @property
    def words(self) -> str:
        """How it lies there."""
        if self.is_parked:
            return f"{self.source}: arrived, dated too far ahead of the book, and not taken in"
        if self.is_before_book:
            return f"{self.source}: arrived, dated before the book was opened, and never taken in"
        if self.defect:
            again = " again" if self.is_again else ""
            return f"{self.source}: arrived{again}, and cannot be read: {self.defect}"
        again = " again with other files than those loaded" if self.is_again else ""
        return f"{self.source}: arrived{again}, and not taken in yet"

    @property
    def remedy(self) -> str:
        """What a person does about it."""
        if self.is_parked:
            return "If its date is mistyped, have it delivered under its own; else it waits."
        if self.is_before_book:
            return "Have it delivered under its own date, or take it out of the landing zone."
        run = f"while Airflow is up: python -m postloan day run --date {self.business_date}"
        return f"Have it delivered again; then, {run}" if self.defect else f"Take it in, {run}"


def arrived(warehouse: Warehouse, landing: Path) -> tuple[Arrived, ...]:
    """What was delivered and is not loaded, the earliest date first.

    What is dated before the book and lay there when the landing zone was first looked at belongs
    to no date of the book.

    Args:
        warehouse: an open warehouse; before the book is opened everything waits, and none is told.
        landing: the landing zone.
    """
    there_before = set(warehouse.fetch(_THERE_BEFORE)) if has_been_looked_at(warehouse) else None
    return tuple(
        found
        for found in all_arrived(warehouse, landing)
        if not found.is_before_book
        or (
            there_before is not None
            and (*found.place, content_of(found, landing)) not in there_before
        )
    )


def has_been_looked_at(warehouse: Warehouse) -> bool:
    """Whether a gate has judged the landing zone before."""
    looked = "select count(*) as n from gate_check where check_name = 'delivery_not_loaded'"
    return bool(warehouse.scalar(looked))


def all_arrived(
    warehouse: Warehouse, landing: Path, opens_on: date | None = None
) -> tuple[Arrived, ...]:
    """What lies complete in the landing zone and is not loaded, whatever date of whatever time.

    Only names and manifests are looked at, no file of rows.

    Args:
        warehouse: an open warehouse.
        landing: the landing zone.
        opens_on: the date on which the book is about to be opened, where it is not open yet.
    """
    opened_on: date | None = warehouse.scalar(_OPENED_ON) or opens_on
    if opened_on is None:
        return ()
    loaded: dict[tuple[date, str], Files] = {}
    for day, source, feed, sha256 in warehouse.fetch(_LOADED):
        loaded[day, source] = loaded.get((day, source), frozenset()) | {(feed, sha256)}
    refused = refused_contents(warehouse)
    found = [
        (day, source, *listed)
        for source in catalogue().sources()
        for day in _complete_dates(landing / source)
        if (listed := _files(landing, source, day))[0] != loaded.get((day, source), frozenset())
        and not _was_refused(refused.get((day, source)), listed[0], landing / source / str(day))
    ]
    near = set(within_reach((day for day, *_ in found), newest_date(warehouse)))
    return tuple(
        Arrived(
            day,
            source,
            files,
            defect,
            named,
            is_again=is_again,
            is_parked=not (is_again or day < opened_on or day in near),
            is_before_book=day < opened_on and not is_again,
        )
        for day, source, files, defect, named in sorted(found, key=lambda f: f[:2])
        for is_again in ((day, source) in loaded,)
    )


def _was_refused(refused: RefusedContents | None, files: Files | None, folder: Path) -> bool:
    """Whether the very thing that lies there was refused, and is told as that."""
    return refused is not None and (
        files in refused.read or hash_of_what_lies(folder) in refused.unread
    )


def content_of(found: Arrived, landing: Path) -> str:
    """Hash of what the manifest lists, or of what lies there, where that cannot be read."""
    if found.files is None:
        return hash_of_what_lies(landing / found.source / found.business_date.isoformat())
    listed = "\n".join(f"{feed} {sha256}" for feed, sha256 in sorted(found.files))
    return hashlib.sha256(listed.encode()).hexdigest()


def _complete_dates(folder: Path) -> list[date]:
    """Dates of which a source has delivered all: the manifest comes last."""
    return [day for path in folder.glob(f"*/{MANIFEST}") if (day := date_named(path.parent.name))]


def _files(landing: Path, source: str, day: date) -> tuple[Files | None, str, frozenset[str]]:
    """Feed and hash of what the manifest lists, or why it cannot be read; feeds named besides."""
    folder, feeds = landing / source / day.isoformat(), catalogue().feeds_of(source)
    try:
        manifest = read_manifest(folder, source, day, feeds)
    except DeliveryError as error:
        return None, shown(str(error).removeprefix(f"{source} {day}: "), 500), frozenset()
    except OSError as error:
        # Its path may hold a name of the sender's.
        told = advised(OSError(error.errno, error.strerror))
        return None, str(told or f"the system says: {error.strerror}"), frozenset()
    files = frozenset((file.feed, file.sha256) for file in manifest.files)
    return files, "", listed_as_another(manifest, feeds)
