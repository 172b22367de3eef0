"""Everything that protects a customer until a person releases it, one thing at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from postloan.warehouse import Warehouse
from postloan.warehouse.engine import Row

UNCLEAR_ROW = "unclear_row"
NUMBERS = ("shared_number", "reported_number")
"""Kinds whose key is a telephone number."""

OF_RECORDS = (UNCLEAR_ROW, "doubtful_hold", "approved_plan", "promise_to_pay")
"""Kinds of which the key alone says which it is, however many customers it holds."""

LAST_DAY = date(9999, 12, 31)

_PEOPLE = ("standing_task", "standing_subject", "recipient", "taken_back_restriction")


@dataclass(frozen=True)
class Protection:
    """One thing that protects: a row, a doubt, a report, a pair of persons, a number.

    Attributes:
        kind: what a release names, such as `same_person`.
        record_key: which of the kind it is.
        customers: whom it holds; empty where a row names nobody of the book.
        told_of: the customer whom it names itself.
        since: business date of what told of it last.
        load_no: the load that told of it.
        is_question: whether it waits for a person: it does not end by itself.
        inputs: what is known: codes, dates and customer numbers.
        source: of a refused row: its source.
        feed: the feed that told of it.
        line_no: of a refused row: its line.
        file_sha256: of a refused row: the file that the line is of.
        names_nobody: of a refused row: whether it, or a line of several in it, names nobody of the
            book, so that nobody is contacted.
    """

    kind: str
    record_key: str
    customers: tuple[str, ...]
    told_of: str | None
    since: date
    load_no: int
    is_question: bool
    inputs: str
    source: str | None = None
    feed: str | None = None
    line_no: int | None = None
    file_sha256: str | None = None
    names_nobody: bool = False

    @property
    def shown_key(self) -> str:
        """The key as people see it: telephone numbers are masked."""
        if self.kind not in NUMBERS:
            return self.record_key
        return f"{self.record_key[:-8]}****{self.record_key[-4:]}"


def standing_protections(
    warehouse: Warehouse, known_on: date = LAST_DAY, unopened: date | None = None
) -> tuple[Protection, ...]:
    """All that protects a customer now and a person may release, the oldest first.

    Args:
        warehouse: an open warehouse.
        known_on: what was received and released up to that date; everything by default.
        unopened: the date to look at where no date is in the book yet.
    """
    day = warehouse.scalar_model("newest_judged_date", {"known_on": known_on}) or unopened
    if day is None:
        return ()
    dated = {"business_date": day, "known_on": known_on}
    for name in _PEOPLE:
        warehouse.temporary(name, dated)
    rows = list(warehouse.read_model("standing_protection", dated))
    for name in reversed(_PEOPLE):
        warehouse.drop_temporary(name)
    return tuple(_things(rows))


def _things(rows: Iterable[Row]) -> Iterator[Protection]:
    """One for each thing; rows of it differ in the customers that it holds."""
    things: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        kind, key, customer_id, sha256 = row[0], row[1], row[2], row[11]
        whom = None if kind in OF_RECORDS else customer_id
        things.setdefault((kind, key, sha256, whom), []).append(row)
    for same in things.values():
        kind, key, _, _, since, load_no, _, *place = same[0]
        inputs, source, feed, line_no, sha256 = place
        customers = tuple(row[2] for row in same if row[2])
        yield Protection(
            kind=kind,
            record_key=key,
            customers=customers,
            told_of=next((row[3] for row in same if row[3]), None),
            since=since,
            load_no=load_no,
            is_question=any(row[6] for row in same),
            inputs=inputs,
            source=source,
            feed=feed,
            line_no=line_no,
            file_sha256=sha256,
            names_nobody=kind == UNCLEAR_ROW and len(customers) < len(same),
        )
