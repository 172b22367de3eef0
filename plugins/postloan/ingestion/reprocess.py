"""Puts quarantined rows through staging again, as they are or as a person has corrected them."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from postloan.access.reasons import kept_reason
from postloan.contracts import catalogue
from postloan.errors import DeliveryError, PostloanError
from postloan.ingestion.deliver import DeliveryResult, ingest
from postloan.ingestion.loading.ledger import read_entry
from postloan.ingestion.quarantine.corrected_rows import CORRECTED
from postloan.ingestion.quarantine.correction_file import read_corrections
from postloan.ingestion.quarantine.quarantine import read_refused
from postloan.ingestion.quarantine.reprocess_request import (
    Requests,
    Requeue,
    drop_requeue,
    keep_requeue,
    next_number,
    requests_for,
)
from postloan.ingestion.reading.manifest import Manifest, read_manifest
from postloan.settings import Settings
from postloan.warehouse import Warehouse

Held = dict[str, dict[int, str]]
"""Feed -> line -> raw text of the rows in quarantine; of a refused attempt the listed ones."""

_HELD = """
    select feed, line_no, coalesce(raw_text, '') as raw_text
    from quarantine
    where business_date = cast($business_date as date) and source = $source
    order by feed, line_no
"""

_REFUSED = """
    select feed, file_sha256, max(rows_refused) as rows_refused
    from refused_delivery
    where business_date = cast($business_date as date) and source = $source
    group by feed, file_sha256
"""


@dataclass(frozen=True)
class Requeued:
    """What became of the quarantined rows of one feed."""

    feed: str
    number: int
    held: int
    corrected: int
    released: int
    named_others: tuple[int, ...] = ()
    """Lines whose correction is about another customer; the first one stays held."""


@dataclass(frozen=True)
class ReprocessRequest:
    """Who wants quarantined rows judged again, which, and why.

    Attributes:
        source: source of the delivery.
        business_date: its date.
        by: the person.
        reason: in the words of that person; may be empty.
        feed: the feed, or None for all that hold quarantined rows.
        corrected: file with corrected rows of that feed, or None.
    """

    source: str
    business_date: date
    by: str
    reason: str = ""
    feed: str | None = None
    corrected: Path | None = None


def requeue(
    warehouse: Warehouse, home: Settings, wanted: ReprocessRequest
) -> tuple[tuple[Requeued, ...], DeliveryResult]:
    """Judge quarantined rows of a delivery again; what passes becomes facts of its date.

    The request is kept in the home, so that taking the delivery in again gives the same.
    Where it cannot be followed, nothing of it is kept.

    Returns:
        What became of the rows of every feed concerned, and the delivery as it stands now.

    Raises:
        ReasonError: the reason shows nothing, or holds a number of a person.
        DeliveryError: nothing is in quarantine, the corrected rows cannot be used, or the
            delivery is refused with them.
    """
    if not wanted.by.strip():
        raise DeliveryError(
            "A requeue needs the person who asks for it: the name stays with the rows."
        )
    wanted = replace(wanted, reason=kept_reason(warehouse, wanted.reason, required=False))
    feeds = {f.name: f for f in catalogue().feeds_of(wanted.source)}
    delivery = home.landing / wanted.source / wanted.business_date.isoformat()
    manifest = read_manifest(delivery, wanted.source, wanted.business_date, feeds.values())
    held, counts = _held(warehouse, home, manifest, wanted)
    rows = b""
    if wanted.corrected:
        if wanted.feed is None:
            raise DeliveryError("Say which feed the corrected rows are of: --feed FEED.")
        rows = read_corrections(wanted.corrected, feeds[wanted.feed], held[wanted.feed])
    known = requests_for(warehouse, home.corrections, delivery, manifest)
    requests = [_request(known, manifest, wanted, feed, rows) for feed in held]
    for request in requests:
        keep_requeue(known.folder, request, rows)
    try:
        result = ingest(
            warehouse,
            wanted.source,
            wanted.business_date,
            home.landing,
            home.scratch,
            home.quarantine,
            corrections_folder=home.corrections,
            is_delivered=False,
        )
    except PostloanError:
        for request in requests:
            drop_requeue(known.folder, request)
        raise
    done = [
        Requeued(r.feed, r.number, counts[r.feed], r.rows, *_became(warehouse, manifest, r))
        for r in requests
    ]
    return tuple(done), result


def _held(
    warehouse: Warehouse, home: Settings, manifest: Manifest, wanted: ReprocessRequest
) -> tuple[Held, dict[str, int]]:
    """The rows in quarantine, of what is loaded or of the attempt that was refused as a whole.

    Returns:
        The rows that can be corrected, and how many rows of every feed are refused.
    """
    entry = read_entry(warehouse, manifest.source, manifest.business_date)
    loaded = {c[2] for c in entry.contents} if entry else set()
    held: Held = {}
    place = {"business_date": manifest.business_date, "source": manifest.source}
    refused: dict[str, int] = {}
    if loaded >= {f.sha256 for f in manifest.files}:
        for feed, line_no, raw in warehouse.stream(_HELD, place):
            held.setdefault(feed, {})[line_no] = raw
    else:
        held = read_refused(home.quarantine, manifest.source, manifest.business_date)
        hashes = {(f.feed, f.sha256) for f in manifest.files}
        counted = warehouse.fetch(_REFUSED, place)
        refused = {feed: rows for feed, sha256, rows in counted if (feed, sha256) in hashes}
    if wanted.feed:
        held = {feed: rows for feed, rows in held.items() if feed == wanted.feed}
    if not held:
        what = f"{manifest.source} {wanted.feed or ''}".strip()
        raise DeliveryError(
            f"{what}, {manifest.business_date}: no row is in quarantine. Where the delivery has "
            f"not been taken in yet: python -m postloan day run --date {manifest.business_date}"
        )
    return held, {feed: max(refused.get(feed, 0), len(rows)) for feed, rows in held.items()}


def _request(
    known: Requests, manifest: Manifest, wanted: ReprocessRequest, feed: str, rows: bytes
) -> Requeue:
    file = manifest.file_of(feed)
    request = Requeue(
        feed=feed,
        number=next_number(known.folder, feed),
        delivered_sha256=file.sha256 if file else "",
        released_by=wanted.by.strip(),
        reason=wanted.reason,
        rows=max(len(rows.splitlines()) - 1, 0),
        file_sha256=hashlib.sha256(rows).hexdigest() if rows else "",
    )
    for earlier in known.of(feed):
        same = earlier == request.model_copy(update={"number": earlier.number})
        if same and earlier.identity not in known.followed:
            # Interrupted before it was followed: it is the same request.
            return earlier
    return request


def _became(
    warehouse: Warehouse, manifest: Manifest, request: Requeue
) -> tuple[int, tuple[int, ...]]:
    """How many rows a request released; lines that still hold whom they named at first."""
    given = {
        "business_date": manifest.business_date,
        "source": manifest.source,
        "feed": request.feed,
        "sha256": request.delivered_sha256,
    }
    count = warehouse.scalar(
        "select count(*) as n from quarantine_release "
        "where business_date = cast($business_date as date) and source = $source "
        "and feed = $feed and requeue_no = $number and delivered_sha256 = $sha256",
        {**given, "number": request.number},
    )
    others = warehouse.fetch(
        "select line_no from refused_restriction "
        "where business_date = cast($business_date as date) and source = $source "
        "and feed = $feed and file_sha256 = $sha256 and reason = $reason order by line_no",
        {**given, "reason": CORRECTED},
    )
    return int(count), tuple(line_no for (line_no,) in others)
