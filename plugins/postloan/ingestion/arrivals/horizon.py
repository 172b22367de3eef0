"""Parks deliveries that are dated far ahead of the book: a year is easily mistyped.

The date is compared with the newest date of the book, so that the answer is the same whenever it is
asked. Before there is a book, there is only the calendar to compare with.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from postloan.business_date import FIRST_DATE, LAST_DATE, is_business_date
from postloan.errors import DeliveryError
from postloan.rules.kinds.parameters import DeliveryDates
from postloan.rules.packs import rule_book
from postloan.settings import settings
from postloan.warehouse import Warehouse

PACK = "delivery_dates"


class ParkedError(DeliveryError):
    """A delivery is dated too far ahead; it lies where it is until the book has come near it."""


def days_ahead(day: date) -> int:
    """So many days a delivery may be ahead of the book, by the rules of a date.

    Raises:
        RuleError: the rules cannot be read.
    """
    return rule_book().pack(PACK, day, DeliveryDates).parameters.days_ahead.value


def newest_date(warehouse: Warehouse) -> date:
    """The newest date of the book; before there is one, today by the calendar of the lender."""
    newest: date | None = warehouse.scalar_model("newest_known_date")
    return newest or datetime.now(ZoneInfo(settings().timezone)).date()


def check_date(warehouse: Warehouse, source: str, day: date) -> None:
    """Refuse a delivery that is dated too far ahead, or as no business date is.

    Raises:
        DeliveryError: the date is mistyped; says what to do.
        ParkedError: says how far, what the rule allows and what to do.
    """
    if not is_business_date(day):
        raise DeliveryError(
            f"{source} {day}: no business date is before {FIRST_DATE} or after {LAST_DATE}, so the "
            f"date is mistyped. Nothing was loaded. Remove the delivery, and have it delivered "
            f"under its own date, in the name of its folder and in its manifest."
        )
    newest = newest_date(warehouse)
    allowed = days_ahead(day)
    if (day - newest).days > allowed:
        raise ParkedError(
            f"{source} {day}: dated {(day - newest).days:,} days ahead of {newest}, the newest "
            f"date of the book; the rule {PACK} allows {allowed}. Nothing was loaded, and the "
            f"delivery stays where it is. If its date is mistyped, remove it and have it delivered "
            f"under its own; if not, run it when the book has come nearer."
        )


def within_reach(dates: Iterable[date], start: date) -> list[date]:
    """The dates that can follow one another from a date on, none too far behind the one before."""
    reached, last = [], start
    for day in sorted(filter(is_business_date, dates)):
        if day > last + timedelta(days=days_ahead(day)):
            break
        reached.append(day)
        last = max(last, day)
    return reached
