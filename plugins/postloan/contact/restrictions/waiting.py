"""The refused rows that restrict until somebody mends or releases them."""

from dataclasses import dataclass
from datetime import date

from postloan.contact.restrictions.release import (
    Release,
    check_customer,
    check_kind,
    release_of,
    the_one,
)
from postloan.contact.restrictions.standing import LAST_DAY, Protection, standing_protections
from postloan.errors import DayError
from postloan.warehouse import Warehouse

_WAITING = """
    select business_date, source, feed, file_sha256, line_no, column_name, reason, customer_id
    from unclear_row
    order by business_date, source, feed, line_no, file_sha256, customer_id
"""


@dataclass(frozen=True)
class UnclearRow:
    """A refused row and one customer it holds; None where it names nobody of the book."""

    received_on: date
    source: str
    feed: str
    file_sha256: str
    line_no: int
    column_name: str | None
    reason: str
    customer_id: str | None

    @property
    def place(self) -> tuple[str, date, int]:
        """Feed, date and line."""
        return self.feed, self.received_on, self.line_no


@dataclass(frozen=True)
class Asked:
    """The words of a person who releases one thing; what is not said is None.

    Attributes:
        kind: its kind.
        customer_id: a customer whom it holds.
        other_customer_id: the other one of two persons.
        key: its key, as it is listed.
        feed: the feed that told of it.
        received_on: the date of what told of it.
        line_no: of a refused row: its line.
        load_no: the load that told of it when the person looked.
    """

    customer_id: str | None = None
    feed: str | None = None
    received_on: date | None = None
    line_no: int | None = None
    kind: str | None = None
    key: str | None = None
    other_customer_id: str | None = None
    load_no: int | None = None

    @property
    def is_enough(self) -> bool:
        """Whether they name anything."""
        is_one_line = self.feed and self.received_on and self.line_no
        return bool(self.customer_id or self.key or is_one_line)

    def fit(self, standing: Protection) -> bool:
        """Whether they fit a thing."""
        said = (
            (self.kind, standing.kind),
            (self.feed, standing.feed),
            (self.received_on, standing.since),
            (self.line_no, standing.line_no),
            (self.other_customer_id, standing.record_key),
        )
        return (
            all(word in (None, told) for word, told in said)
            and (self.customer_id is None or self.customer_id in standing.customers)
            and self.key in (None, standing.record_key, standing.shown_key)
        )


def waiting_rows(warehouse: Warehouse, known_on: date = LAST_DAY) -> tuple[UnclearRow, ...]:
    """Every refused row that restricts, oldest first, once for each customer it holds.

    Args:
        warehouse: an open warehouse.
        known_on: what was received and released up to that date; everything by default.
    """
    return tuple(UnclearRow(*row) for row in warehouse.fetch(_WAITING, {"known_on": known_on}))


def releases_of(warehouse: Warehouse, asked: Asked) -> tuple[Release, ...]:
    """The release of the very thing that a person has looked at; what comes later holds again.

    Raises:
        DayError: nothing is named, nothing or more than one thing fits the words, or it has been
            told anew since the person looked.
    """
    if asked.kind:
        check_kind(asked.kind)
    if not asked.is_enough:
        raise DayError(
            "Say what is released: --customer ID, --key KEY as it is listed, or --feed, --date and "
            "--line of a row. See: python -m postloan restriction list"
        )
    if asked.customer_id:
        check_customer(warehouse, asked.customer_id)
    standing = standing_protections(warehouse)
    found = tuple(filter(asked.fit, standing))
    near = () if found else _near(standing, asked)
    return (release_of(the_one(found, asked.kind, near), asked.customer_id, asked.load_no),)


def _near(standing: tuple[Protection, ...], asked: Asked) -> tuple[Protection, ...]:
    """What a person may have meant: all of the customer, else what is alike in some other word."""
    if asked.customer_id:
        return tuple(s for s in standing if asked.customer_id in s.customers)
    less = (
        Asked(key=asked.key),
        Asked(feed=asked.feed, received_on=asked.received_on),
        Asked(kind=asked.kind),
    )
    found = (tuple(filter(one.fit, standing)) for one in less if one != Asked())
    return next(filter(None, found), standing)
