"""Takes in one delivery of one source: all of it in one transaction, or nothing.

The same content delivered again changes nothing. Other content for the same date replaces what
was there, as the next revision. A row that cannot be loaded is quarantined and the others go on;
a file that is not what its manifest says stops the delivery.
"""

import shutil
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from postloan.contracts import FeedContract, catalogue
from postloan.contracts.file_format import file_format_of
from postloan.errors import DeliveryError
from postloan.ingestion.arrivals.horizon import check_date
from postloan.ingestion.arrivals.refused_deliveries import (
    TooMuchRefusedError,
    kept_if_unread,
    record_refusal,
)
from postloan.ingestion.checks.data_docs import DeliveryDocs, write_docs
from postloan.ingestion.checks.limits import Breach, breach_of
from postloan.ingestion.checks.profile import (
    forget_profile,
    promised_totals,
    totals_told,
    write_profile,
)
from postloan.ingestion.checks.quality import QualityGate
from postloan.ingestion.checks.repayments import REPAYMENT, refuse_reversals, restate_later
from postloan.ingestion.loading.ledger import (
    FeedCount,
    contents_of,
    fingerprint_of,
    read_entry,
    was_book_delivered,
    write_entry,
)
from postloan.ingestion.loading.left_out import keep_what_is_left_out, note_protections
from postloan.ingestion.loading.relations import file_key
from postloan.ingestion.loading.staging import Staging
from postloan.ingestion.quarantine.corrected_rows import mend, note_held, record_releases
from postloan.ingestion.quarantine.late_arrivals import Later, Place, judge_later
from postloan.ingestion.quarantine.quarantine import REFUSED, listed_at_most, publish_quarantine
from postloan.ingestion.quarantine.reprocess_request import Requests, requests_for, write_followed
from postloan.ingestion.quarantine.restrictions import keep_restrictions
from postloan.ingestion.reading.manifest import Manifest, check_content, read_manifest
from postloan.ingestion.reading.own_copy import own_copy
from postloan.ingestion.reading.refusals import ORPHAN
from postloan.settings import settings
from postloan.warehouse import Warehouse
from postloan.warehouse.engine import Row


@dataclass(frozen=True)
class DeliveryResult:
    """What became of one delivery.

    Attributes:
        source: the source.
        business_date: the date that the delivery is for.
        revision: counts the different contents delivered for that date, from 1.
        is_opening: whether it opens the book.
        feeds: rows in, loaded and quarantined of every file, in the order of the feed's names.
        changed: False where the very same content had been taken in before.
        fingerprint: hash of the content; equal for equal deliveries.
        warnings: quality checks that failed without stopping the delivery.
    """

    source: str
    business_date: date
    revision: int
    is_opening: bool
    feeds: tuple[FeedCount, ...]
    changed: bool
    fingerprint: str
    warnings: tuple[str, ...] = ()

    @property
    def rows_in(self) -> int:
        """Data rows of all files."""
        return sum(f.rows_in for f in self.feeds)

    @property
    def rows_loaded(self) -> int:
        """Rows that became facts."""
        return sum(f.rows_loaded for f in self.feeds)

    @property
    def rows_quarantined(self) -> int:
        """Rows held back."""
        return sum(f.rows_quarantined for f in self.feeds)

    @property
    def counts(self) -> Mapping[str, int]:
        """The numbers, flat, for asset metadata and summaries: no personal data."""
        per_feed = {f"{f.feed}_rows_loaded": f.rows_loaded for f in self.feeds}
        held = {
            f"{f.feed}_rows_quarantined": f.rows_quarantined
            for f in self.feeds
            if f.rows_quarantined
        }
        return {
            "revision": self.revision,
            "rows_in": self.rows_in,
            "rows_loaded": self.rows_loaded,
            "rows_quarantined": self.rows_quarantined,
            "warnings": len(self.warnings),
            **per_feed,
            **held,
        }


def ingest(
    warehouse: Warehouse,
    source: str,
    business_date: date,
    landing: Path,
    scratch: Path,
    quarantine_folder: Path,
    docs_folder: Path | None = None,
    corrections_folder: Path | None = None,
    *,
    is_delivered: bool = True,
) -> DeliveryResult:
    """Take in the delivery of one source for one business date.

    Later deliveries that would be judged otherwise now are taken in again, each in a transaction
    of its own, so that every order of deliveries ends in the same facts.

    Args:
        warehouse: where the facts go.
        source: name of the source, such as `core_banking`.
        business_date: the date that the delivery is for.
        landing: the landing zone; the delivery lies in `<source>/<date>/`.
        scratch: for working files; what an interrupted run left there is removed.
        quarantine_folder: gets the refused rows as files.
        docs_folder: gets a page on what was checked; by default the data docs of the settings.
        corrections_folder: what people asked of quarantined rows; by default that of the settings.
        is_delivered: the files are taken in as the sender's word; False where a person tries a
            correction, whose failure says nothing of what was delivered.

    Returns:
        The counts per feed; `changed` is False where nothing had to be done.

    Raises:
        DeliveryError: a file is missing, truncated or not what the manifest says, a quality
            check failed, or more is refused than the contract allows. Nothing was
            loaded; the message says what to do.
        ContractError: there is no such source.
        WarehouseError: the warehouse refused a statement; nothing was loaded.
    """

    def take_in_again(later: Later) -> None:
        _ingest(
            warehouse,
            later.source,
            later.business_date,
            landing,
            scratch,
            quarantine_folder,
            docs,
            corrections,
            is_asked_again=True,
        )

    docs = docs_folder or settings().data_docs
    corrections = corrections_folder or settings().corrections
    folder = landing / source / business_date.isoformat()
    unread = kept_if_unread(warehouse, source, business_date, folder)
    with unread if is_delivered else nullcontext():
        result = _ingest(
            warehouse, source, business_date, landing, scratch, quarantine_folder, docs, corrections
        )
    place = Place(landing, scratch)
    notes = judge_later(warehouse, source, business_date, place, take_in_again)
    return replace(result, warnings=(*result.warnings, *notes))


def _ingest(
    warehouse: Warehouse,
    source: str,
    business_date: date,
    landing: Path,
    scratch: Path,
    quarantine_folder: Path,
    docs_folder: Path,
    corrections_folder: Path,
    *,
    is_asked_again: bool = False,
) -> DeliveryResult:
    """Take in one delivery, whatever it means for those that came before it."""
    contracts = catalogue()
    feeds = contracts.feeds_of(source)
    folder = landing / source / business_date.isoformat()
    manifest = read_manifest(folder, source, business_date, feeds)
    contents = contents_of(manifest, contracts)
    earlier = read_entry(warehouse, source, business_date)
    if earlier is None:
        check_date(warehouse, source, business_date)
    is_same = bool(
        earlier
        and earlier.contents == contents
        and earlier.is_opening == manifest.opening
        and promised_totals(warehouse, source, business_date) == totals_told(manifest)
    )
    requests = requests_for(warehouse, corrections_folder, folder, manifest)
    fingerprint = fingerprint_of(contents | requests.corrections)
    # Rows in quarantine get another chance: what they refer to may have been delivered since, for
    # an earlier date that came late.
    is_clean = bool(earlier and not any(f.rows_quarantined for f in earlier.feeds))
    is_done = is_same and is_clean and requests.are_followed and not is_asked_again
    if earlier and is_done:
        check_content(manifest, folder, {f.name: file_format_of(f) for f in feeds})
        # A run that was killed after the commit may have left the files undone.
        publish_quarantine(warehouse, quarantine_folder, source, business_date)
        return DeliveryResult(
            source,
            business_date,
            earlier.revision,
            earlier.is_opening,
            earlier.feeds,
            changed=False,
            fingerprint=fingerprint,
            warnings=requests.warnings,
        )
    workshop = _empty_folder(scratch / f"{source}-{business_date}")
    intake = _Intake(QualityGate(warehouse, is_opening=manifest.opening), requests, folder)
    # A refused attempt has the page of the revision that it would have been.
    revision = (earlier.revision if earlier else 0) + 1
    try:
        with warehouse.transaction():
            try:
                _take_in(warehouse, manifest, feeds, workshop, intake)
                _refuse_if_over_limit(warehouse, manifest, intake, quarantine_folder)
            except DeliveryError as error:
                write_docs(warehouse, docs_folder, intake.docs(manifest, revision, str(error)))
                raise
            counts, warnings = intake.counts, (*intake.gate.warnings, *requests.warnings)
            is_repeat = is_same and requests.are_content_of_before
            changed = not (earlier and is_repeat and counts == earlier.feeds)
            revision = (earlier.revision if earlier else 0) + changed
            write_entry(warehouse, manifest, contracts, revision, counts)
            write_docs(warehouse, docs_folder, intake.docs(manifest, revision))
    except TooMuchRefusedError as refusal:
        record_refusal(warehouse, manifest, fingerprint, refusal)
        raise
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    publish_quarantine(warehouse, quarantine_folder, source, business_date)
    return DeliveryResult(
        source,
        business_date,
        revision,
        manifest.opening,
        counts,
        changed=changed,
        fingerprint=fingerprint,
        warnings=warnings,
    )


def _empty_folder(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


@dataclass
class _Intake:
    """The work on one delivery: where it lies, its checks, what became of the rows."""

    gate: QualityGate
    requests: Requests
    folder: Path
    found: list[FeedCount] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    reasons: list[Row] = field(default_factory=list)

    @property
    def counts(self) -> tuple[FeedCount, ...]:
        """What became of the rows, by name of the feed."""
        return tuple(sorted(self.found, key=lambda c: c.feed))

    def docs(self, manifest: Manifest, revision: int, refusal: str = "") -> DeliveryDocs:
        """What there is to tell people so far."""
        place = (manifest.source, manifest.business_date, revision)
        return DeliveryDocs(*place, self.counts, self.gate.tested, refusal, self.reasons)


def _take_in(
    warehouse: Warehouse,
    manifest: Manifest,
    feeds: tuple[FeedContract, ...],
    workshop: Path,
    intake: _Intake,
) -> None:
    """Replace the facts and the quarantine of one delivery."""
    contracts = catalogue()
    place = {"business_date": manifest.business_date, "source": manifest.source}
    note_held(warehouse, manifest)
    has_protected = note_protections(warehouse, manifest, feeds)
    write_followed(warehouse, manifest, intake.requests.asked)
    warehouse.replace_slice("quarantine", place, [])
    forget_profile(warehouse, manifest.source, manifest.business_date)
    for feed in feeds:
        file = manifest.file_of(feed.name)
        if file is None:
            warehouse.delete_partition(feed.name, manifest.business_date)
            continue
        own = own_copy(intake.folder / file.file, workshop, file_format_of(feed))
        staging = Staging(warehouse, contracts, feed, file, manifest.business_date, own, workshop)
        _take_in_feed(staging, intake)
        own.unlink()
    if has_protected:
        keep_what_is_left_out(warehouse, manifest)


def _refuse_if_over_limit(
    warehouse: Warehouse, manifest: Manifest, intake: _Intake, quarantine_folder: Path
) -> None:
    if not intake.breaches:
        return
    source, day = manifest.source, manifest.business_date
    # A person can work on the rows only if they outlive the rollback.
    refused = {count.feed: count.rows_quarantined for count in intake.counts}
    publish_quarantine(warehouse, quarantine_folder, source, day, refused_attempt=refused)
    place = f"quarantine/{source}/{day}/{REFUSED}/"
    raise TooMuchRefusedError(intake.breaches, intake.counts, place)


def _take_in_feed(staging: Staging, intake: _Intake) -> None:
    feed = staging.feed
    account = staging.load()
    mend(staging, intake.requests.of(feed.name), intake.requests.folder)
    if account.rows:
        _judge_rows(staging)
    count = staging.count(account)
    intake.found.append(count)
    breach = breach_of(staging.warehouse, feed, staging.text_table, staging.refused_table, count)
    if breach and not _waits_for_the_book(staging, intake):
        intake.breaches.append(breach)
    if not intake.breaches:
        # What is refused anyway need not be proved good; its rows are still judged to the end.
        intake.gate.check(feed, staging.staged_table, count)
    if account.rows:
        most = listed_at_most(staging.business_date).rows if intake.breaches else None
        staging.quarantine(most)
        intake.reasons += staging.reasons() if intake.breaches else ()
    write_profile(staging, count, is_opening=intake.gate.is_opening)
    if account.rows and not intake.breaches:
        record_releases(staging, intake.requests.new_number(feed.name))
    # Feeds that come after this one are judged by its facts, in a refused delivery too.
    _make_facts(staging, count)
    if not intake.breaches:
        # Whom the rows of a refused delivery name would go with it; the gate is shut for all.
        keep_restrictions(staging, count)
    staging.clear()


def _waits_for_the_book(staging: Staging, intake: _Intake) -> bool:
    """Whether all that is refused only came before the book it speaks of.

    Such rows say nothing about the sender's care, and are judged again once the book is there.
    """
    if intake.gate.is_opening or was_book_delivered(staging.warehouse, staging.business_date):
        return False
    return {reason for _, reason in staging.advised()} == {ORPHAN}


def _judge_rows(staging: Staging) -> None:
    """Part the rows that can be loaded from those that go to quarantine."""
    staging.convert()
    staging.refuse_duplicates()
    staging.refuse_orphans()
    if staging.feed.name == REPAYMENT:
        refuse_reversals(staging)


def _make_facts(staging: Staging, count: FeedCount) -> None:
    warehouse, name, day = staging.warehouse, staging.feed.name, staging.business_date
    if name == REPAYMENT:
        with restate_later(warehouse, day):
            warehouse.rebuild(name, day)
        return
    if not count.rows_loaded:
        warehouse.rebuild_of_nothing(name, day)
        return
    # Rows that repeat a key have been held back.
    loaded = warehouse.rebuild(name, day, proved_key=file_key(staging.feed))
    if loaded != count.rows_loaded:
        raise DeliveryError(
            f"{name}.sql made {loaded} rows of {count.rows_loaded}. Nothing was loaded; a SELECT "
            f"of this layer must keep every row."
        )
