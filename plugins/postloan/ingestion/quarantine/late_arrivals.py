"""Which later deliveries would be judged otherwise now, because of one that came after them.

Deliveries taken in in any order must end in the facts of date order. A row that names something
unknown waits in quarantine; what it names may come late, for an earlier date. The other way round
a late delivery can take the ground from under a later row: the first reversal of a booking counts,
and so do the terms of an instalment that were known on arrival.

The questions are about what is loaded, not about what has just changed, so that an interrupted
run is mended when it is run again. Asked are only those whose answer rests on a source that has
been taken in, and those about sources of which rows still wait: what they name may have been taken
in at the same time. Each is asked once of all later dates together: what
it costs goes with the rows since then, not with the number of dates. Rows of a quarantine are few.
"""

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlglot import exp

from postloan.contracts import FeedContract, catalogue
from postloan.errors import DeliveryError
from postloan.ingestion.checks.repayments import REPAYMENT
from postloan.ingestion.loading.ledger import contents_of, first_delivered_on, read_entry
from postloan.ingestion.loading.relations import orphans_by_day_select, other_source
from postloan.ingestion.quarantine.quarantine import fields_of
from postloan.ingestion.reading.manifest import read_manifest
from postloan.ingestion.reading.refusals import ALREADY_REVERSED
from postloan.warehouse import Warehouse

_LATER = """
    select distinct business_date, source
    from delivery
    where business_date > cast($business_date as date)
        or (business_date = cast($business_date as date) and source <> $source)
    order by business_date, source
"""

_WAITING = """
    select business_date, line_no, column_name, reason, raw_text
    from quarantine
    where business_date >= cast($business_date as date) and feed = $feed
        and reason in ('orphan', 'orphan_reversal', 'already_reversed')
    order by business_date, line_no
"""

_SOURCES_THAT_WAIT = """
    select distinct source
    from quarantine
    where
        business_date >= cast($business_date as date)
        and reason in ('orphan', 'orphan_reversal', 'already_reversed')
"""


@dataclass(frozen=True)
class Later:
    """A delivery for a later date, or of another source for the same one."""

    source: str
    business_date: date


@dataclass(frozen=True)
class Place:
    """Where deliveries lie, and where there is room for a working file."""

    landing: Path
    scratch: Path


def judge_later(
    warehouse: Warehouse,
    source: str,
    business_date: date,
    place: Place,
    take_in: Callable[[Later], object],
) -> tuple[str, ...]:
    """Have later deliveries taken in again where that gives other facts now.

    Args:
        warehouse: holds facts, quarantine and ledger.
        source: source of the delivery that has just been taken in.
        business_date: its date.
        place: landing zone and scratch folder.
        take_in: takes one delivery in, in a transaction of its own.

    Returns:
        What a person should know: deliveries that cannot be taken in again.
    """
    notes: list[str] = []
    waiting = deliveries_after(warehouse, source, business_date)
    # What they name may have come from a source that was taken in at the same time.
    still_wait = warehouse.fetch(_SOURCES_THAT_WAIT, {"business_date": business_date})
    taken_in = {source, *(name for (name,) in still_wait)}
    # Of this delivery alone: sources are taken in at the same time.
    room = place.scratch / f"after-{source}-{business_date}"
    while first := _first_judged_otherwise(warehouse, waiting, taken_in, room):
        try:
            _check_same_content(warehouse, place.landing, first)
            take_in(first)
        except DeliveryError as error:
            notes.append(
                f"{first.source} {first.business_date} would be judged otherwise now, but cannot "
                f"be taken in again: {error} Then ingest {source} {business_date} again."
            )
        # Taken in again, it may change how those after it are judged.
        taken_in.add(first.source)
        waiting = waiting[waiting.index(first) + 1 :]
    return tuple(notes)


def _first_judged_otherwise(
    warehouse: Warehouse, waiting: tuple[Later, ...], taken_in: Set[str], room: Path
) -> Later | None:
    if not waiting:
        return None
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(mode=0o700, parents=True)
    try:
        otherwise = judged_otherwise(warehouse, waiting, taken_in, room)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return next((later for later in waiting if later in otherwise), None)


def _check_same_content(warehouse: Warehouse, landing: Path, later: Later) -> None:
    """Refuse to take in under the hand what a sender has delivered since."""
    feeds = catalogue().feeds_of(later.source)
    folder = landing / later.source / later.business_date.isoformat()
    manifest = read_manifest(folder, later.source, later.business_date, feeds)
    entry = read_entry(warehouse, later.source, later.business_date)
    if entry is None or {c[:3] for c in entry.contents} != {
        c[:3] for c in contents_of(manifest, catalogue())
    }:
        raise DeliveryError("It has been delivered anew since: ingest it first.")


def deliveries_after(warehouse: Warehouse, source: str, business_date: date) -> tuple[Later, ...]:
    """What has been taken in for later dates, in date order, the sources in their order."""
    order = {name: number for number, name in enumerate(catalogue().sources())}
    rows = warehouse.fetch(_LATER, {"business_date": business_date, "source": source})
    found = [Later(name, day) for day, name in rows if name in order]
    return tuple(sorted(found, key=lambda d: (d.business_date, order[d.source])))


def judged_otherwise(
    warehouse: Warehouse, waiting: tuple[Later, ...], taken_in: Set[str], scratch: Path
) -> frozenset[Later]:
    """Those of some deliveries that, taken in again as things are, would give other facts.

    Args:
        warehouse: holds facts and quarantine.
        waiting: the deliveries, at least one.
        taken_in: sources whose facts may have changed since, and those of which rows still wait.
        scratch: for a working file.
    """
    since = min(later.business_date for later in waiting)
    found = {
        Later(source, day)
        for source in {later.source for later in waiting}
        for feed in catalogue().feeds_of(source)
        if not taken_in.isdisjoint(_sources_named(feed))
        for days in (
            _days_of_other_bookings(warehouse, feed, since),
            _days_that_lost_what_they_name(warehouse, feed, since),
            _days_that_may_release(warehouse, feed, since, scratch),
        )
        for day in days
    }
    return frozenset(found.intersection(waiting))


def _sources_named(feed: FeedContract) -> set[str]:
    """The sources of what the rows of a feed name; they may name one another."""
    targets = (target for target, _ in feed.references.values())
    return {feed.source, *(catalogue().feeds[target].source for target in targets)}


def _days_of_other_bookings(
    warehouse: Warehouse, feed: FeedContract, since: date
) -> Iterator[date]:
    """Dates with a second reversal of one booking, or a payment on terms that have changed."""
    if feed.name == REPAYMENT:
        for question in ("reversed_twice", "repaid_on_other_terms"):
            for (day,) in warehouse.read_model(question, {"business_date": since}):
                yield day


def _days_that_lost_what_they_name(
    warehouse: Warehouse, feed: FeedContract, since: date
) -> Iterator[date]:
    """Dates on which a fact names something that no delivery up to its date holds."""
    for column, (target, key) in feed.references.items():
        judged_since = _judged_since(warehouse, feed, target, since)
        if judged_since is not None:
            yield from _orphans(warehouse, column, target, key, feed.name, judged_since)


def _judged_since(
    warehouse: Warehouse, feed: FeedContract, target: str, since: date
) -> date | None:
    """From when on a reference is judged: once its source has delivered; None: never."""
    source = other_source(feed, target, catalogue())
    if source is None:
        return since
    first = first_delivered_on(warehouse, source)
    return None if first is None else max(first, since)


def _orphans(
    warehouse: Warehouse, column: str, target: str, key: str, received: str, since: date
) -> dict[date, int]:
    """Number of rows by date that name what no delivery up to their date holds."""
    select = orphans_by_day_select(column, target, key, received)
    return dict(warehouse.fetch(select, {"business_date": since}))


def _days_that_may_release(
    warehouse: Warehouse, feed: FeedContract, since: date, scratch: Path
) -> Iterator[date]:
    """Dates of which something that a quarantined row names is known now."""
    waiting = _load_waiting(warehouse, feed, since, scratch)
    for column, reason in sorted({asked[1:] for asked in waiting}):
        rows = {day: n for (day, *asked), n in waiting.items() if asked == [column, reason]}
        unknown = _still_unknown(warehouse, feed, column, reason, since)
        if reason == ALREADY_REVERSED:
            yield from (day for day in rows if unknown.get(day, 0) > 0)
        else:
            yield from (day for day, n in rows.items() if unknown.get(day, 0) < n)
    warehouse.drop_temporary(_table(feed))


def _still_unknown(
    warehouse: Warehouse, feed: FeedContract, column: str, reason: str, since: date
) -> dict[date, int]:
    """Number of waiting rows by date that name what is not known up to their date."""
    target, key = feed.references.get(column, (feed.name, str(feed.table.key[0])))
    if reason == ALREADY_REVERSED:
        # Good again where the other reversal is gone.
        key = column
    same = exp.column(_WAITS_FOR).eq(column), exp.column(_REFUSED_FOR).eq(reason)
    warehouse.temporary_from("asked_for", exp.select("*").from_(_table(feed)).where(*same))
    unknown = _orphans(warehouse, column, target, key, "asked_for", since)
    warehouse.drop_temporary("asked_for")
    return unknown


_WAITS_FOR, _REFUSED_FOR = "_waits_for", "_refused_for"
"""Beside the columns of a feed, none of which begins like this."""


def _table(feed: FeedContract) -> str:
    return f"waiting_{feed.name}"


def _load_waiting(
    warehouse: Warehouse, feed: FeedContract, since: date, scratch: Path
) -> Counter[tuple[date, str, str]]:
    """Put the rows that wait for something into a table of text; rows by date, column, reason."""
    names = [c.name for c in feed.file_columns]
    more = ["received_on", _WAITS_FOR, _REFUSED_FOR]
    path = scratch / f"{_table(feed)}.csv"
    found: Counter[tuple[date, str, str]] = Counter()
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["line_no", *more, *names])
        place = {"business_date": since, "feed": feed.name}
        for day, line_no, column, reason, raw in warehouse.stream(_WAITING, place):
            fields = fields_of(raw)
            # The contract of that day may have had fewer columns, or more.
            fields += [""] * (len(names) - len(fields))
            writer.writerow([line_no, day, column, reason, *fields[: len(names)]])
            found[day, column, reason] += 1
    if found:
        warehouse.load_text(_table(feed), path, [*more, *names])
    path.unlink()
    return found
