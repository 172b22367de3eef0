"""A delivery of which too much was refused: nothing is loaded, and people can see why."""

from collections.abc import Iterable, Mapping

from postloan.errors import DeliveryError
from postloan.ingestion.ledger import FeedCount, read_entry
from postloan.ingestion.limits import Breach
from postloan.ingestion.manifest import Manifest
from postloan.warehouse import Warehouse

ADVICE = (
    "Nothing was loaded. Every refused row is in {place}, with line, column and reason. Have the "
    "sender correct and deliver the date again, or correct the rows yourself: "
    "python -m postloan feed requeue --help. Where so many are right to be refused, raise "
    "quarantineLimit in the contract of the feed."
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
