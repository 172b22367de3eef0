"""The refused rows that restrict until somebody mends or releases them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from postloan.errors import DayError
from postloan.restrictions.release import Release
from postloan.warehouse import Warehouse

KIND = "unclear_row"

_WAITING = """
    select business_date, source, feed, file_sha256, line_no, column_name, reason, customer_id
    from unclear_row
    order by business_date, source, feed, line_no, file_sha256, customer_id
"""

_LAST_DAY = date(9999, 12, 31)


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
    """Which rows a person releases: all of a customer, or those of one line."""

    customer_id: str | None = None
    feed: str | None = None
    received_on: date | None = None
    line_no: int | None = None

    def takes_in(self, row: UnclearRow) -> bool:
        """Whether the row is one of them."""
        return (
            self.customer_id in (None, row.customer_id)
            and self.feed in (None, row.feed)
            and self.received_on in (None, row.received_on)
            and self.line_no in (None, row.line_no)
        )


def waiting_rows(warehouse: Warehouse, known_on: date = _LAST_DAY) -> tuple[UnclearRow, ...]:
    """Every refused row that restricts, oldest first, once for each customer it holds.

    Args:
        warehouse: an open warehouse.
        known_on: what was received and released up to that date; everything by default.
    """
    return tuple(UnclearRow(*row) for row in warehouse.fetch(_WAITING, {"known_on": known_on}))


def releases_of(warehouse: Warehouse, asked: Asked) -> tuple[Release, ...]:
    """Releases of the very rows that a person has looked at; a newer version of one holds again.

    Raises:
        DayError: neither a customer nor a line is named, or no such row restricts anybody.
    """
    is_one_line = asked.feed and asked.received_on and asked.line_no
    if not asked.customer_id and not is_one_line:
        raise DayError("Say which row is released: --customer ID, or --feed, --date and --line.")
    found = tuple(_releases(filter(asked.takes_in, waiting_rows(warehouse)), asked))
    if not found:
        raise DayError(
            "No such row restricts anybody. See what does: python -m postloan restriction list"
        )
    return found


def _releases(rows: "filter[UnclearRow]", asked: Asked) -> Iterator[Release]:
    for row in rows:
        yield Release(
            kind=KIND,
            # A line that is released as a whole stays released when it comes to name others.
            customer_id=row.customer_id if asked.customer_id else None,
            source=row.source,
            feed=row.feed,
            received_on=row.received_on,
            line_no=row.line_no,
            file_sha256=row.file_sha256,
        )
