"""Which later deliveries would be judged otherwise now, because of one that came after them.

Deliveries taken in in any order must end in the facts of date order. A row that names something
unknown waits in quarantine; what it names may come late, for an earlier date. The other way round
a late delivery can take the ground from under a later row: the first reversal of a booking counts,
and so do the terms of an instalment that were known on arrival.

The questions are about what is loaded, not about what has just changed, so that an interrupted
run is mended by any later one. Rows of a quarantine are few; everything else is asked of the
warehouse as a whole.
"""

import csv
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlglot import exp

from postloan.contracts import FeedContract, catalogue
from postloan.errors import DeliveryError
from postloan.ingestion.ledger import contents_of, read_entry, was_ever_delivered
from postloan.ingestion.manifest import read_manifest
from postloan.ingestion.quarantine import fields_of
from postloan.ingestion.refusals import ALREADY_REVERSED
from postloan.ingestion.relations import orphans_select, other_source
from postloan.ingestion.repayments import REPAYMENT
from postloan.warehouse import Warehouse

_LATER = """
    select distinct business_date, source
    from delivery
    where
        business_date > cast($business_date as date)
        or (business_date = cast($business_date as date) and source <> $source)
    order by business_date, source
"""

_WAITING = """
    select line_no, column_name, reason, raw_text
    from quarantine
    where
        business_date = cast($business_date as date)
        and feed = $feed
        and reason in ('orphan', 'orphan_reversal', 'already_reversed')
    order by line_no
"""

_REVERSED_TWICE = """
    select count(*) as n
    from repayment as later
    inner join repayment as earlier
        on later.reverses_id = earlier.reverses_id
    where
        later.received_on = cast($business_date as date)
        and later.booking_part = 1
        and earlier.booking_part = 1
        and earlier.received_on < cast($business_date as date)
        and earlier.repayment_id <> later.repayment_id
"""

_OTHER_TERMS = """
    select count(*) as n
    from (
        select
            repayment.instalment_due_on,
            instalment.due_on,
            row_number() over (
                partition by repayment.repayment_id
                order by instalment.received_on desc
            ) as version_rank
        from repayment
        inner join instalment
            on
                repayment.loan_id = instalment.loan_id
                and repayment.instalment_no = instalment.instalment_no
        where
            repayment.received_on = cast($business_date as date)
            and repayment.booking_part = 1
            and repayment.reverses_id is null
            and instalment.received_on <= cast($business_date as date)
    ) as known
    where
        version_rank = 1
        and (instalment_due_on is null or instalment_due_on <> due_on)
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
    for later in deliveries_after(warehouse, source, business_date):
        room = place.scratch / f"later-{later.source}-{later.business_date}"
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir(mode=0o700, parents=True)
        try:
            if would_be_judged_otherwise(warehouse, later, room):
                _check_same_content(warehouse, place.landing, later)
                take_in(later)
        except DeliveryError as error:
            notes.append(
                f"{later.source} {later.business_date} would be judged otherwise now, but cannot "
                f"be taken in again: {error} Then ingest {source} {business_date} again."
            )
        finally:
            shutil.rmtree(room, ignore_errors=True)
    return tuple(notes)


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


def would_be_judged_otherwise(warehouse: Warehouse, later: Later, scratch: Path) -> bool:
    """Whether a delivery, taken in again, would give other facts.

    Args:
        warehouse: holds facts and quarantine.
        later: the delivery.
        scratch: for a working file.
    """
    day = {"business_date": later.business_date}
    for feed in catalogue().feeds_of(later.source):
        if feed.name == REPAYMENT and any(
            warehouse.scalar(question, day) for question in (_REVERSED_TWICE, _OTHER_TERMS)
        ):
            return True
        if _has_lost_what_it_names(warehouse, feed, later) or _may_be_released(
            warehouse, feed, later, scratch
        ):
            return True
    return False


def _has_lost_what_it_names(warehouse: Warehouse, feed: FeedContract, later: Later) -> bool:
    """Whether a fact names something that no delivery up to its date holds."""
    if not feed.references:
        return False
    facts = f"facts_of_{feed.name}"
    of_date = (
        exp.select("line_no", *feed.references)
        .from_(feed.name)
        .where("received_on = cast($business_date as date)")
    )
    day = {"business_date": later.business_date}
    warehouse.temporary_from(facts, of_date.sql(dialect="duckdb"), day)
    lost = any(
        _lines(warehouse, orphans_select(column, target, key, facts), later)
        for column, target, key in _judged_references(warehouse, feed, later)
    )
    warehouse.drop_temporary(facts)
    return lost


def _judged_references(
    warehouse: Warehouse, feed: FeedContract, later: Later
) -> Iterator[tuple[str, str, str]]:
    """Column, feed and column it refers to; those of a source that never delivered left out."""
    for column, (target, key) in feed.references.items():
        source = other_source(feed, target, catalogue())
        if source is None or was_ever_delivered(warehouse, source, later.business_date):
            yield column, target, key


def _may_be_released(warehouse: Warehouse, feed: FeedContract, later: Later, scratch: Path) -> bool:
    """Whether something that a quarantined row names is known now."""
    waiting = _load_waiting(warehouse, feed, later, scratch)
    released = any(
        _is_known_now(warehouse, feed, later, column, reason, rows)
        for (column, reason), rows in waiting.items()
    )
    warehouse.drop_temporary(_table(feed))
    return released


def _is_known_now(
    warehouse: Warehouse, feed: FeedContract, later: Later, column: str, reason: str, rows: int
) -> bool:
    target, key = feed.references.get(column, (feed.name, str(feed.table.key[0])))
    if reason == ALREADY_REVERSED:
        # Good again where the other reversal is gone.
        key = column
    same = (
        f"select * from {_table(feed)} where waits_for = '{column}' "  # noqa: S608 (own names)
        f"and reason = '{reason}'"
    )
    warehouse.temporary_from("asked_for", same)
    unknown = _lines(warehouse, orphans_select(column, target, key, "asked_for"), later)
    warehouse.drop_temporary("asked_for")
    return unknown > 0 if reason == ALREADY_REVERSED else unknown < rows


def _lines(warehouse: Warehouse, select: str, later: Later) -> int:
    counted = f"select count(*) as n from ({select}) as lines"  # noqa: S608 (own select)
    return int(warehouse.scalar(counted, {"business_date": later.business_date}))


def _table(feed: FeedContract) -> str:
    return f"waiting_{feed.name}"


def _load_waiting(
    warehouse: Warehouse, feed: FeedContract, later: Later, scratch: Path
) -> dict[tuple[str, str], int]:
    """Put the rows that wait for something into a table of text; rows by column and reason."""
    names = [c.name for c in feed.file_columns]
    path = scratch / f"{_table(feed)}.csv"
    found: dict[tuple[str, str], int] = {}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["line_no", "waits_for", "reason", *names])
        place = {"business_date": later.business_date, "feed": feed.name}
        for line_no, column, reason, raw in warehouse.stream(_WAITING, place):
            writer.writerow([line_no, column, reason, *fields_of(raw)])
            found[column, reason] = found.get((column, reason), 0) + 1
    if found:
        warehouse.load_text(_table(feed), path, ["waits_for", "reason", *names])
    path.unlink()
    return found
