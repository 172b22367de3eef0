"""A delivery that was refused as a whole: nothing is loaded, and people can see why.

Where it may restrict contact, nobody knows whom it protects. So it is on record also where it
could not be read at all, and shuts the gate until its feeds are taken in for the source and date.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from postloan.contracts import catalogue
from postloan.errors import DeliveryError, PostloanError, WarehouseError
from postloan.ingestion.arrivals.feeds_named import is_of_another_feed, listed_as_another, named_in
from postloan.ingestion.arrivals.horizon import check_date
from postloan.ingestion.arrivals.lies_there import hash_of_what_lies
from postloan.ingestion.checks.limits import Breach
from postloan.ingestion.loading.ledger import FeedCount, read_entry
from postloan.ingestion.reading.manifest import AbsentError, Manifest, read_manifest
from postloan.text.advice import advised
from postloan.text.shown_text import shown
from postloan.warehouse import Warehouse

ADVICE = (
    "Nothing was loaded. The refused rows are listed in {place}, with line, column and reason; of "
    "very many the first ones. Have the sender correct and deliver the date again, or correct the "
    "rows yourself: python -m postloan feed requeue --help. Where so many are right to be refused, "
    "raise quarantineLimit in the contract of the feed."
)


class TooMuchRefusedError(DeliveryError):
    """A delivery is refused as a whole, because some feed is over its limit."""

    def __init__(self, breaches: Iterable[Breach], counts: Iterable[FeedCount], place: str) -> None:
        """Keep the counts, which the rollback of the delivery takes away.

        Args:
            breaches: the feeds over their limit, the first one first.
            counts: what became of the rows of every feed.
            place: where a person finds the refused rows, below the quarantine folder.
        """
        self.breaches, self.counts = tuple(breaches), tuple(counts)
        told = " ".join(b.told for b in self.breaches)
        super().__init__(f"{told} {ADVICE.format(place=place)}")


def record_refusal(
    warehouse: Warehouse, manifest: Manifest, fingerprint: str, refusal: TooMuchRefusedError
) -> None:
    """Write the refused attempt down, in place of an earlier one with the same content."""
    breaches: Mapping[str, Breach] = {b.count.feed: b for b in refusal.breaches}
    place = {
        "business_date": manifest.business_date,
        "source": manifest.source,
        "delivery_fingerprint": fingerprint,
    }
    hashes = {file.feed: file.sha256 for file in manifest.files}
    loaded = read_entry(warehouse, manifest.source, manifest.business_date)
    rows = []
    for count in refusal.counts:
        breach = breaches.get(count.feed)
        rows.append(
            {
                **place,
                "feed": count.feed,
                "file_sha256": hashes[count.feed],
                "rows_in": count.rows_in,
                "rows_loadable": count.rows_loaded,
                "rows_refused": count.rows_quarantined,
                "amount_refused": breach.amount if breach else None,
                "is_over_limit": breach is not None,
                "detail": breach.told if breach else None,
                "revision_loaded": loaded.revision if loaded else None,
            }
        )
    warehouse.replace_slice("refused_delivery", place, rows)


UNREAD = "unread"
"""Stands for the content of a file that nobody could read; of a delivery, before a hash of it."""
UNLISTED = "unlisted"
"""The same, of feeds of which nobody knows whether they were in the delivery at all."""


@contextmanager
def kept_if_unread(
    warehouse: Warehouse, source: str, business_date: date, folder: Path
) -> Iterator[None]:
    """Keep on record that a delivery could not be read, until it is taken in.

    What is only on its way, and what another record tells of, is let through as it is.

    Args:
        warehouse: an open warehouse, outside of any transaction.
        source: the source.
        business_date: the date that the delivery is for.
        folder: where the delivery lies.
    """
    # Before it is read: what is put there meanwhile is not what fails.
    seen = hash_of_what_lies(folder)
    try:
        yield
    except (AbsentError, TooMuchRefusedError):
        raise
    except Exception as error:
        # Rights, memory or a defect: whatever kept it from being read, nobody knows what it says.
        # A warehouse that is away can be told nothing; whatever failed first is what counts.
        with suppress(WarehouseError), warehouse.transaction():
            _record_unread(warehouse, source, business_date, folder, seen, error)
        raise
    with warehouse.transaction():
        _forget_unread(warehouse, source, business_date)


def _told(error: Exception) -> str:
    """Why, in words that hold no value of the files."""
    told: Exception | None = error
    if isinstance(error, OSError):
        # Its path may hold a name of the sender's.
        told = advised(OSError(error.errno, error.strerror))
    elif isinstance(error, MemoryError):
        told = advised(error)
    if isinstance(told, PostloanError):
        return shown(str(told), 500)
    return f"{type(error).__name__}; the log of the ingestion tells more."


class OpenRefusal(NamedTuple):
    """A delivery that was refused, and of which a feed was not taken in since."""

    business_date: date
    source: str
    detail: str

    @property
    def words(self) -> str:
        """Which source, and why."""
        why = self.detail.removeprefix(f"{self.source} {self.business_date}: ")
        return f"{self.source}: REFUSED: {why}"

    @property
    def remedy(self) -> str:
        """What a person does about it."""
        return (
            f"Have it delivered again, with all its feeds; then, while Airflow is up: python -m "
            f"postloan day run --date {self.business_date}"
        )


def open_refusals(warehouse: Warehouse) -> tuple[OpenRefusal, ...]:
    """What has to be delivered again, the earliest date first."""
    return tuple(OpenRefusal(*row) for row in warehouse.read_model("open_refusal", {}))


@dataclass(frozen=True)
class RefusedContents:
    """What was in the deliveries of a source for a date that were refused.

    Attributes:
        read: feeds and hashes of files, for each whose list could be read and was followed.
        unread: hashes of what lay there, of those that could not be read.
    """

    read: frozenset[frozenset[tuple[str, str]]]
    unread: frozenset[str]


def refused_contents(warehouse: Warehouse) -> dict[tuple[date, str], RefusedContents]:
    """What was refused and not taken in since, by date and source."""
    found: dict[tuple[date, str], dict[str, set[tuple[str, str]]]] = {}
    for day, source, fingerprint, feed, sha256 in warehouse.read_model("refused_content", {}):
        files = found.setdefault((day, source), {}).setdefault(fingerprint, set())
        files.add((feed, sha256))
    return {
        place: RefusedContents(
            frozenset(frozenset(files) for files in contents.values()),
            frozenset(name.partition(" ")[2] for name in contents if " " in name),
        )
        for place, contents in found.items()
    }


def _record_unread(
    warehouse: Warehouse,
    source: str,
    business_date: date,
    folder: Path,
    seen: str,
    error: Exception,
) -> None:
    """Write down the feeds that may restrict and were in it, or may have been.

    What an earlier attempt may have told stays unknown, whatever this one lists, so each content
    has its own rows. The same once more changes nothing, though it fail in another way.
    """
    try:
        check_date(warehouse, source, business_date)
    except DeliveryError:
        # Mistyped, or for a date that the book has not come near: nobody waits for it.
        return
    told = _feeds_told(warehouse, source, business_date, folder, error)
    loaded = read_entry(warehouse, source, business_date)
    revision = loaded.revision if loaded else None
    place = {"business_date": business_date, "source": source}
    known = _known_feeds(warehouse, {**place, "seen": f"% {seen}", "revision": revision or 0})
    for feed, (kind, sha256) in told.items():
        if feed in known:
            continue
        where = {**place, "delivery_fingerprint": f"{kind} {seen}", "feed": feed}
        row = {
            **where,
            "file_sha256": sha256,
            "rows_in": 0,
            "rows_loadable": 0,
            "rows_refused": 0,
            "amount_refused": None,
            "is_over_limit": False,
            "detail": _told(error),
            "revision_loaded": revision,
        }
        warehouse.replace_slice("refused_delivery", where, [row])


def _feeds_told(
    warehouse: Warehouse, source: str, business_date: date, folder: Path, error: Exception
) -> dict[str, tuple[str, str]]:
    """Feeds that may restrict -> whether they were in it, as far as one can tell; hash of the file.

    Where the list is unread, or a file may be of another feed than it is listed as, it may be any.
    """
    feeds = catalogue().feeds_of(source)
    restricting = {feed.name for feed in feeds if feed.restricts}
    told: dict[str, tuple[str, str]] = {}
    try:
        manifest = read_manifest(folder, source, business_date, feeds)
    except (DeliveryError, OSError, MemoryError):
        named = named_in(folder, feeds)
        sure = named.feeds
        if not named.is_all:
            # It may be what the source delivers at other times.
            sure |= {feed for (feed,) in warehouse.fetch(_EVER_DELIVERED, {"source": source})}
        told = dict.fromkeys(restricting, (UNLISTED, UNREAD))
    else:
        hashes = {file.feed: file.sha256 for file in manifest.files}
        sure = listed_as_another(manifest, feeds) - hashes.keys()
        if is_of_another_feed(error, feeds):
            told = dict.fromkeys(restricting, (UNLISTED, UNREAD))
        told |= {feed: (UNREAD, sha256) for feed, sha256 in hashes.items()}
    told |= dict.fromkeys(sure, (UNREAD, UNREAD))
    return {feed: told[feed] for feed in sorted(told.keys() & restricting)}


_EVER_DELIVERED = "select distinct feed from delivery where source = $source"


def _forget_unread(warehouse: Warehouse, source: str, business_date: date) -> None:
    """Forget of what could not be read the feeds that have been taken in, or are those loaded."""
    place = {"business_date": business_date, "source": source}
    unread = warehouse.fetch(_UNREAD_CONTENTS, place)
    loaded = read_entry(warehouse, source, business_date) if unread else None
    taken_in = {count.feed for count in loaded.feeds} if loaded else set()
    for fingerprint, feed in unread:
        if feed in taken_in or fingerprint.startswith(UNLISTED):
            where = {**place, "delivery_fingerprint": fingerprint, "feed": feed}
            warehouse.replace_slice("refused_delivery", where, [])


_UNREAD_CONTENTS = """
    select delivery_fingerprint, feed
    from refused_delivery
    where business_date = cast($business_date as date) and source = $source
        and (delivery_fingerprint like 'unread%' or delivery_fingerprint like 'unlisted%')
"""

_KNOWN_FEEDS = """
    select feed
    from refused_delivery
    where business_date = cast($business_date as date) and source = $source
        and delivery_fingerprint like $seen
        and coalesce(revision_loaded, 0) = $revision
"""


def _known_feeds(warehouse: Warehouse, place: Mapping[str, Any]) -> set[str]:
    """Feeds of an earlier attempt with the same content that are on record and still open."""
    return {feed for (feed,) in warehouse.fetch(_KNOWN_FEEDS, place)}
