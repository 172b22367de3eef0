"""The book of business dates: which are open, which are closed, and whether one may open.

The gate is where freshness and completeness are judged. It looks at the ledger of deliveries, at
the date before, and at the rules; a date is opened once for every version of these inputs, and
each opening is a revision. Nothing here depends on the clock or on the scheduler.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from postloan.access.reasons import kept_reason
from postloan.business_date import BusinessDay
from postloan.business_day.gates import judge
from postloan.business_day.inputs import Hashes, deliveries_by_date, fingerprint
from postloan.contracts import FeedContract, catalogue
from postloan.errors import DayError
from postloan.ingestion.arrivals.landing_look import note_not_loaded
from postloan.ingestion.loading.load_order import last_load_no
from postloan.rules.tables import publish_rules
from postloan.settings import settings
from postloan.warehouse import Warehouse

OPEN, CLOSED, SKIPPED = "open", "closed", "skipped"
NAMED_DATES = 5
"""A message about many dates names the first few."""


@dataclass(frozen=True)
class DayRecord:
    """The newest revision of one business date in the book."""

    business_date: date
    revision: int
    state: str
    is_opening: bool
    previous_date: date | None
    fingerprint: str
    reason: str | None
    load_no: int | None = None

    @property
    def day(self) -> BusinessDay:
        """The business day that the steps work on."""
        return BusinessDay(self.business_date, self.revision, self.previous_date, self.is_opening)


@dataclass(frozen=True)
class Gate:
    """The answer to "may this date open?".

    Attributes:
        answer: `opened` (a new revision), `open` (the newest revision is in work), `closed`
            (and nothing has changed), `skipped`, `waiting` (for deliveries or dates before).
        day: the open business day; None where the gate stays shut.
        reason: for a person: why it is shut, or what the date was opened without.
        without: optional feeds that did not arrive for this date, and sources that never did.
    """

    answer: str
    day: BusinessDay | None
    reason: str
    without: tuple[str, ...] = ()

    @property
    def opened(self) -> bool:
        """Whether the steps may run."""
        return self.day is not None


Book = Mapping[date, DayRecord]
"""Newest revision of every date, in date order."""


def read_book(warehouse: Warehouse) -> Book:
    """The newest revision of every business date, in date order."""
    rows = warehouse.fetch("""
        select
            business_date, revision, day_state, is_opening, previous_date, input_fingerprint,
            reason, load_no
        from business_day
        order by business_date, revision
    """)
    return {row[0]: DayRecord(*row) for row in rows}


def status(warehouse: Warehouse) -> tuple[DayRecord, ...]:
    """The newest revision of every business date, oldest date first."""
    return tuple(read_book(warehouse).values())


def open_day(warehouse: Warehouse, day: date, *, after_cut_off: bool = False) -> Gate:
    """Open a business date if everything it needs is there.

    Args:
        warehouse: holds the ledger of deliveries and the book.
        day: the business date.
        after_cut_off: open without the optional feeds that have not arrived.

    Returns:
        The answer. A date whose newest revision is open with these very inputs is answered with
        that revision again, so that a chain that crashed can be run again.

    Raises:
        RuleError: the rules of that date cannot be published.
    """
    book, hashes = read_book(warehouse), deliveries_by_date(warehouse)
    current = book.get(day)
    if current and current.state == SKIPPED:
        reason = f"{day} was closed without being run: {current.reason}."
        return Gate(SKIPPED, None, f"{reason} What arrives for it counts from the next date.")
    arrived = hashes.get(day, {})
    absent = [f for f in catalogue().feeds.values() if (f.source, f.name) not in arrived]
    required = [f.name for f in absent if f.is_required]
    if required:
        return _wait(
            f"{day} waits for {', '.join(required)}: deliver them, then ingest the source again."
        )
    is_opening = _brings_the_book(warehouse, day)
    refusal = _refuse_opening(book, day) if is_opening else _refuse_next(book, day)
    if refusal:
        return _wait(refusal)
    missed = _missed(absent, hashes, day)
    if missed and not after_cut_off and current is None:
        return _wait(f"{day} waits for {', '.join(missed)} until the cut-off.", tuple(missed))
    previous = None if is_opening else _previous(book, day)
    is_newest = not any(later > day for later in book)
    if is_newest and note_not_loaded(warehouse, day, settings().landing):
        hashes = deliveries_by_date(warehouse)
    return _open(
        warehouse,
        current,
        DayRecord(
            business_date=day,
            revision=current.revision + 1 if current else 1,
            state=OPEN,
            is_opening=is_opening,
            previous_date=previous,
            fingerprint=_fingerprint(book, hashes, day, previous),
            reason="Opened without " + "; ".join(missed.values()) if missed else None,
            load_no=last_load_no(warehouse),
        ),
        tuple(missed),
    )


def _open(
    warehouse: Warehouse, current: DayRecord | None, wanted: DayRecord, without: tuple[str, ...]
) -> Gate:
    if current and current.fingerprint == wanted.fingerprint:
        if current.state == CLOSED:
            told = f"{wanted.business_date} is closed (revision {current.revision})"
            return Gate(CLOSED, None, f"{told}; nothing has changed.")
        return Gate(OPEN, current.day, current.reason or "", without)
    with warehouse.transaction():
        publish_rules(warehouse, wanted.business_date)
        judge(warehouse, wanted.business_date, wanted.revision)
        _write(warehouse, wanted)
    return Gate("opened", wanted.day, wanted.reason or "", without)


def _wait(reason: str, without: tuple[str, ...] = ()) -> Gate:
    return Gate("waiting", None, reason, without)


def _brings_the_book(warehouse: Warehouse, day: date) -> bool:
    """Whether a required source delivered the full book on that date."""
    sources = {f.source for f in catalogue().feeds.values() if f.is_required}
    rows = warehouse.fetch(
        "select distinct source from delivery "
        "where business_date = cast($business_date as date) and is_opening",
        {"business_date": day},
    )
    return any(source in sources for (source,) in rows)


def _refuse_opening(book: Book, day: date) -> str | None:
    """Why the book cannot be opened on that date, if so."""
    others = [r.business_date for r in book.values() if r.is_opening and r.business_date != day]
    if others:
        return (
            f"The book was opened on {others[0]}; what came for {day} cannot open it again. "
            f"Deliver the changes of the day, or start with an empty warehouse."
        )
    return None


def _refuse_next(book: Book, day: date) -> str | None:
    """Why a date cannot follow the dates before it, if so."""
    opening = next((r.business_date for r in book.values() if r.is_opening), None)
    if opening is None:
        return (
            f"The book is not open yet, so {day} cannot be run. Deliver the full book for a date D "
            f"and open it with: python -m postloan day open --date D"
        )
    if day <= opening:
        return f"The book was opened on {opening}; only later dates than {day} can be run."
    unfinished = _unfinished(book, opening, day)
    if unfinished:
        return (
            f"{day} waits for {_named(unfinished)} to close. Run it: python -m postloan day run "
            f"--date {unfinished[0]} (or, where its delivery cannot come: "
            f"python -m postloan day close --date {unfinished[0]} --reason TEXT)"
        )
    return None


def _unfinished(book: Book, opening: date, day: date) -> list[date]:
    """Dates from the opening to the day before that are neither closed nor skipped."""
    days = (opening + timedelta(days=n) for n in range((day - opening).days))
    return [d for d in days if d not in book or book[d].state == OPEN]


def _named(days: list[date]) -> str:
    shown = ", ".join(d.isoformat() for d in days[:NAMED_DATES])
    return shown if len(days) <= NAMED_DATES else f"{shown} and {len(days) - NAMED_DATES} more"


def _previous(book: Book, day: date) -> date | None:
    """The date whose state the day builds on: a skipped date has none of its own."""
    return max(
        (r.business_date for r in book.values() if r.business_date < day and r.state == CLOSED),
        default=None,
    )


def contact_is_past(book: Book, day: date) -> bool:
    """Whether the hours in which the contacts of a date were due are over, as the book knows it.

    The file of a date is worked on the day after. A later date is opened when its deliveries are
    there, and those come when that day is over.
    """
    return any(r.business_date > day and r.state != SKIPPED for r in book.values())


def _missed(absent: Iterable[FeedContract], hashes: Hashes, day: date) -> dict[str, str]:
    """What is missed on a date, each with what a person should know about it.

    An optional feed that a lender does not have is not missed: it never came, from a source that
    delivers. A source that has never delivered is named once, whatever its feeds.
    """
    last: dict[tuple[str, str], date] = {}
    for delivered_on, found in sorted(hashes.items()):
        if delivered_on <= day:
            last |= dict.fromkeys(found, delivered_on)
    known_sources = {source for source, _ in last}
    missed: dict[str, str] = {}
    for feed in absent:
        came = last.get((feed.source, feed.name))
        if came and (day - came).days > feed.max_age_days:
            missed[feed.name] = (
                f"{feed.name}: last delivered {came}, older than {feed.max_age_days} days, not used"
            )
        elif came:
            missed[feed.name] = f"{feed.name}: last delivered {came}"
        elif feed.source not in known_sources:
            missed[feed.source] = f"{feed.source}: never delivered"
    return missed


def _fingerprint(book: Book, hashes: Hashes, day: date, previous: date | None) -> str:
    """The fingerprint of a date on the date that it builds on, as the book has that."""
    return fingerprint(hashes, day, (previous, book[previous].fingerprint) if previous else None)


def _write(warehouse: Warehouse, record: DayRecord) -> None:
    key = {"business_date": record.business_date, "revision": record.revision}
    row: dict[str, Any] = {
        **key,
        "day_state": record.state,
        "is_opening": record.is_opening,
        "previous_date": record.previous_date,
        "input_fingerprint": record.fingerprint,
        "reason": record.reason,
        "load_no": record.load_no,
    }
    warehouse.replace_slice("business_day", key, [row])


def current_day(warehouse: Warehouse, day: date) -> BusinessDay:
    """The business day as the gate has opened it; a closed one may be computed again.

    Raises:
        DayError: it was never opened, was skipped, or its inputs have changed since.
    """
    book = read_book(warehouse)
    record = book.get(day)
    if record is None:
        raise DayError(
            f"{day} is not open. Open and run it: python -m postloan day run --date {day}"
        )
    if record.state == SKIPPED:
        raise DayError(f"{day} was closed without being run: {record.reason}.")
    if _is_outdated(book, deliveries_by_date(warehouse), record):
        raise DayError(
            f"The inputs of {day} have changed since revision {record.revision} was opened. "
            f"Open the next revision: python -m postloan day run --date {day}"
        )
    return record.day


def close_day(warehouse: Warehouse, day: BusinessDay) -> None:
    """Mark a revision as finished; doing it twice changes nothing.

    Raises:
        DayError: the date is not open at that revision any more.
    """
    record = read_book(warehouse).get(day.date)
    if record is None or record.state == SKIPPED or record.revision != day.revision:
        raise DayError(f"{day.date} is not open at revision {day.revision}; it cannot be closed.")
    if record.state == OPEN:
        _write(warehouse, replace(record, state=CLOSED))


def skip_day(warehouse: Warehouse, day: date, reason: str, closed_by: str = "") -> None:
    """Close a date that cannot arrive, so that the next one may run.

    Raises:
        ReasonError: the reason shows nothing, or holds a number of a person.
        DayError: the date has been opened, or dates before it are unfinished.
    """
    reason = kept_reason(warehouse, reason)
    book = read_book(warehouse)
    record = book.get(day)
    if record and record.state == SKIPPED:
        return
    if record:
        raise DayError(f"{day} has been opened (revision {record.revision}) and cannot be skipped.")
    refusal = _refuse_next(book, day)
    if refusal:
        raise DayError(refusal)
    previous = _previous(book, day)
    told = f"{reason}; closed by {closed_by}" if closed_by else reason
    with warehouse.transaction():
        _write(warehouse, DayRecord(day, 1, SKIPPED, False, previous, "none", told))


def stale_dates(warehouse: Warehouse) -> tuple[date, ...]:
    """Closed dates whose inputs have changed since, and all that build on them, oldest first."""
    book, hashes = read_book(warehouse), deliveries_by_date(warehouse)
    stale: list[date] = []
    for record in book.values():
        if record.state == CLOSED and (
            record.previous_date in stale or _is_outdated(book, hashes, record)
        ):
            stale.append(record.business_date)
    return tuple(stale)


def _is_outdated(book: Book, hashes: Hashes, record: DayRecord) -> bool:
    """Whether a date, or the date before it, was opened with other inputs than it has now."""
    return record.fingerprint != _fingerprint(
        book, hashes, record.business_date, record.previous_date
    )


def next_due(warehouse: Warehouse, closed: date) -> date | None:
    """The date whose turn it is when one is closed: the first later one that waits or is stale.

    Earlier dates are left to whoever asks for them: new rules make all of the past stale at once.
    """
    book, hashes = read_book(warehouse), deliveries_by_date(warehouse)
    waiting = unopened_dates(warehouse)
    for day in sorted({*book, *waiting}):
        if day > closed and (
            day in waiting or (book[day].state == CLOSED and _is_outdated(book, hashes, book[day]))
        ):
            return day
    return None


def unopened_dates(warehouse: Warehouse) -> tuple[date, ...]:
    """Dates with deliveries of a required source that are not closed yet, oldest first."""
    book, required = (
        read_book(warehouse),
        {f.source for f in catalogue().feeds.values() if f.is_required},
    )
    delivered = {
        d for d, found in deliveries_by_date(warehouse).items() if required & {s for s, _ in found}
    }
    opening = next((r.business_date for r in book.values() if r.is_opening), None)
    return tuple(
        d
        for d in sorted(delivered)
        if (d not in book or book[d].state == OPEN) and (opening is None or d >= opening)
    )
