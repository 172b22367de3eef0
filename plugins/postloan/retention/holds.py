"""Legal holds: orders to keep data beyond its time."""

import re
from dataclasses import dataclass
from datetime import date

from postloan.access.reasons import kept_reason
from postloan.errors import DayError
from postloan.warehouse import Warehouse

_HOLD_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_PLACED = """
    select hold_id, customer_id, first_date, last_date, starts_on, ends_on, reason, placed_by
    from legal_hold
    where hold_id = $hold_id
"""

_ALL = """
    select hold_id, customer_id, first_date, last_date, starts_on, ends_on, placed_by, lifted_by
    from legal_hold
    order by starts_on, hold_id
"""


@dataclass(frozen=True)
class Hold:
    """One order: of one customer, or of all business dates of a range."""

    hold_id: str
    starts_on: date
    customer_id: str | None = None
    first_date: date | None = None
    last_date: date | None = None


def place(warehouse: Warehouse, hold: Hold, reason: str, by: str) -> None:
    """Write an order down; it holds from its first day until somebody lifts it.

    Raises:
        DayError: the number is taken or malformed, the order says neither whose data nor which
            dates, or the name is missing.
        ReasonError: the reason shows nothing, or holds a number of a person.
    """
    reason = kept_reason(warehouse, reason)
    _check(hold, by)
    with warehouse.transaction():
        if warehouse.fetch(_PLACED, {"hold_id": hold.hold_id}):
            raise DayError(f"Hold {hold.hold_id} is there already; give another number.")
        warehouse.append_rows(
            "legal_hold", [{**vars(hold), "reason": reason, "placed_by": by.strip()}]
        )


def _check(hold: Hold, by: str) -> None:
    if not _HOLD_ID.fullmatch(hold.hold_id):
        raise DayError("The number of a hold has 1 to 64 letters, digits, dots and hyphens.")
    ranged = hold.first_date is not None and hold.last_date is not None
    if bool(hold.customer_id) == ranged or (hold.first_date is None) != (hold.last_date is None):
        raise DayError("A hold names either a customer, or the first and the last business date.")
    if ranged and str(hold.first_date) > str(hold.last_date):
        raise DayError(f"The range of the hold ends on {hold.last_date}, before it begins.")
    if not by.strip():
        raise DayError("Say who places the hold.")


def lift(warehouse: Warehouse, hold_id: str, on: date, by: str) -> None:
    """End an order; what it kept may expire as of that business date and later.

    Raises:
        DayError: there is no such order, it is lifted already or begins later, or the name is
            missing.
    """
    if not by.strip():
        raise DayError("Say who lifts the hold.")
    with warehouse.transaction():
        rows = warehouse.fetch(_PLACED, {"hold_id": hold_id})
        if not rows:
            raise DayError(
                f"There is no hold {hold_id}. List them with: python -m postloan hold list"
            )
        names = (
            "hold_id", "customer_id", "first_date", "last_date", "starts_on", "ends_on", "reason",
            "placed_by",
        )  # fmt: skip
        row = dict(zip(names, rows[0], strict=True))
        if row["ends_on"]:
            raise DayError(f"Hold {hold_id} was lifted as of {row['ends_on']} already.")
        if on < row["starts_on"]:
            raise DayError(f"Hold {hold_id} begins on {row['starts_on']}; it cannot end earlier.")
        ended = {**row, "ends_on": on, "lifted_by": by.strip()}
        warehouse.replace_slice("legal_hold", {"hold_id": hold_id}, [ended])


def all_holds(warehouse: Warehouse) -> list[tuple[object, ...]]:
    """Every order: number, customer, first and last date, starts, ends, placed by, lifted by."""
    return warehouse.fetch(_ALL)
