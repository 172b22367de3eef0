"""A delivery that was refused as a whole: nothing is loaded, and people can see why.

Where it may restrict contact, nobody knows whom it protects. So it is on record also where it
could not be read at all, and shuts the gate until the same source and date is taken in.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from postloan.advice import advised
from postloan.contracts import catalogue
from postloan.errors import DeliveryError, PostloanError, WarehouseError
from postloan.ingestion.horizon import check_date
from postloan.ingestion.ledger import FeedCount, read_entry
from postloan.ingestion.limits import Breach
from postloan.ingestion.manifest import AbsentError, Manifest, read_manifest
from postloan.shown_text import shown
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
"""Stands for the content of a delivery that nobody could read."""


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
    try:
        yield
    except (AbsentError, TooMuchRefusedError):
        raise
    except Exception as error:
        # Rights, memory or a defect: whatever kept it from being read, nobody knows what it says.
        # A warehouse that is away can be told nothing; whatever failed first is what counts.
        with suppress(WarehouseError):
            _record_unread(warehouse, source, business_date, folder, _told(error))
        raise
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
    """A delivery that was refused, and of whose date nothing was taken in since."""

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
            f"Have it delivered again; then, while Airflow is up: python -m postloan run --date "
            f"{self.business_date}"
        )


def open_refusals(warehouse: Warehouse) -> tuple[OpenRefusal, ...]:
    """What has to be delivered again, the earliest date first."""
    return tuple(OpenRefusal(*row) for row in warehouse.read_model("open_refusal", {}))


def _record_unread(
    warehouse: Warehouse, source: str, business_date: date, folder: Path, detail: str
) -> None:
    """Write down the feeds that may restrict: those listed, or all where the list is unread too."""
    try:
        check_date(warehouse, source, business_date)
    except DeliveryError:
        # Mistyped, or for a date that the book has not come near: nobody waits for it.
        return
    feeds = catalogue().feeds_of(source)
    hashes = dict.fromkeys((feed.name for feed in feeds), UNREAD)
    with suppress(DeliveryError, OSError, MemoryError):
        manifest = read_manifest(folder, source, business_date, feeds)
        hashes = {file.feed: file.sha256 for file in manifest.files}
    loaded = read_entry(warehouse, source, business_date)
    place = _unread(source, business_date)
    rows = [
        {
            **place,
            "feed": feed.name,
            "file_sha256": hashes[feed.name],
            "rows_in": 0,
            "rows_loadable": 0,
            "rows_refused": 0,
            "amount_refused": None,
            "is_over_limit": False,
            "detail": detail,
            "revision_loaded": loaded.revision if loaded else None,
        }
        for feed in feeds
        if feed.restricts and feed.name in hashes
    ]
    # What an earlier attempt may have told stays unknown, whatever this one lists.
    known = _unread_feeds(warehouse, place)
    warehouse.append_rows("refused_delivery", [row for row in rows if row["feed"] not in known])


def _forget_unread(warehouse: Warehouse, source: str, business_date: date) -> None:
    """The delivery of a source for a date has been read and taken in, or is the one loaded."""
    place = _unread(source, business_date)
    if _unread_feeds(warehouse, place):
        warehouse.replace_slice("refused_delivery", place, [])


def _unread(source: str, business_date: date) -> dict[str, Any]:
    return {"business_date": business_date, "source": source, "delivery_fingerprint": UNREAD}


def _unread_feeds(warehouse: Warehouse, place: Mapping[str, Any]) -> set[str]:
    """Feeds of an earlier attempt that are on record."""
    found = warehouse.fetch(
        "select feed from refused_delivery "
        "where business_date = cast($business_date as date) and source = $source "
        "and delivery_fingerprint = $delivery_fingerprint",
        place,
    )
    return {feed for (feed,) in found}
