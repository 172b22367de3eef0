"""A person releases what protects a customer; only rows are added, each with name and reason."""

from dataclasses import asdict, dataclass
from datetime import date

from postloan.contracts import catalogue
from postloan.errors import DayError
from postloan.restrictions.loads import last_load_no
from postloan.warehouse import Warehouse

TABLE = "restriction_release"

_NEWEST_DATE = "select max(business_date) as d from business_day where day_state <> 'skipped'"

_LAST_RELEASE = "select coalesce(max(release_no), 0) as n from restriction_release"

_KNOWN_CUSTOMER = """
    select count(*) as n
    from customer
    where customer_id = cast($customer_id as varchar)
"""


@dataclass(frozen=True)
class Release:
    """What is released; columns that do not identify it stay empty.

    Attributes:
        kind: one of the list in the contract of `restriction_release`.
        customer_id: the customer who was protected.
        other_customer_id: the other one, where the protection is about two.
        source: source of the row, where it is one row.
        feed: its feed.
        received_on: business date of its delivery.
        line_no: its line.
        file_sha256: the file that the line is of.
    """

    kind: str
    customer_id: str | None = None
    other_customer_id: str | None = None
    source: str | None = None
    feed: str | None = None
    received_on: date | None = None
    line_no: int | None = None
    file_sha256: str | None = None


def kinds() -> tuple[str, ...]:
    """What can be released."""
    return catalogue().tables[TABLE].column("kind").enum


def append_releases(
    warehouse: Warehouse,
    releases: tuple[Release, ...],
    *,
    released_by: str,
    reason: str,
    released_on: date | None = None,
) -> date:
    """Write releases down; nothing is sent by this.

    They are an input of their business date: run again, it opens its next revision.

    Args:
        warehouse: an open warehouse.
        releases: what is released, at least one.
        released_by: who releases it.
        reason: why; it stays on the release.
        released_on: the business date from which they count, the newest in the book or the
            newest delivery among them unless given.

    Returns:
        The business date from which they count.

    Raises:
        DayError: nobody or no reason is named, the kind is unknown, nothing is identified, or the
            date lies before what is released was received.
    """
    if not released_by.strip() or not reason.strip():
        raise DayError("A release needs the person who made it and the reason: both stay on it.")
    if not releases:
        raise DayError("There is nothing to release. See: python -m postloan restriction list")
    for release in releases:
        _check(release)
        _check_customer(warehouse, release)
    received = [r.received_on for r in releases if r.received_on]
    counts_on = released_on or _newest_date(warehouse, received)
    if received and counts_on < max(received):
        raise DayError(
            f"A row of {max(received)} cannot be released as of {counts_on}, before it came. "
            f"Leave --on out, or give {max(received)} or a later date."
        )
    with warehouse.transaction():
        known_load_no = last_load_no(warehouse)
        last = int(warehouse.scalar(_LAST_RELEASE))
        warehouse.append_rows(
            TABLE,
            (
                {
                    **asdict(release),
                    "released_on": counts_on,
                    "known_load_no": known_load_no,
                    "release_no": number,
                    "released_by": released_by.strip(),
                    "reason": reason.strip(),
                }
                for number, release in enumerate(releases, last + 1)
            ),
        )
    return counts_on


def _check(release: Release) -> None:
    if release.kind not in kinds():
        raise DayError(f"'{release.kind}' cannot be released. Use one of {', '.join(kinds())}.")
    if release.customer_id is None and release.line_no is None:
        raise DayError("Say what is released: a customer, or source, feed, date and line of a row.")


def _check_customer(warehouse: Warehouse, release: Release) -> None:
    """Refuse a customer number that is nobody's: the one who was meant would stay protected."""
    asked = {"customer_id": release.customer_id}
    if release.customer_id and not warehouse.scalar(_KNOWN_CUSTOMER, asked):
        raise DayError(
            "No customer of the book has the number that was given: nothing is released. "
            "See: python -m postloan restriction list"
        )


def _newest_date(warehouse: Warehouse, received: list[date]) -> date:
    opened: date | None = warehouse.scalar(_NEWEST_DATE)
    newest = [*received, *([opened] if opened else [])]
    if not newest:
        raise DayError("The book is not open yet: nobody is contacted, nothing need be released.")
    return max(newest)
