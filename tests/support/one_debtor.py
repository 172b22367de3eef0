"""One debtor whose message is due, and what stops it."""

from datetime import date, timedelta

from postloan.business_date import BusinessDay
from postloan.contact.restrictions.release import Release, append_releases
from tests.support.decision_book import Book

DAY = date(2026, 11, 20)
EARLIER, YESTERDAY = DAY - timedelta(days=9), DAY - timedelta(days=1)
TOMORROW, LATER = DAY + timedelta(days=1), DAY + timedelta(days=2)
TODAY = BusinessDay(DAY, 1, YESTERDAY)


def refused(book: Book) -> list[tuple[str, str]]:
    """(reason, rule) of what stopped the message; a message that went out has none."""
    book.publish(TODAY)
    reasons = [(reason, rule) for _, reason, rule in book.denials(DAY)]
    assert (book.tasks(DAY, "sms_reminder") == []) == bool(reasons)
    return reasons


def refused_each(book: Book) -> dict[str, list[tuple[str, str]]]:
    """Customer -> (reason, rule) of what stopped the message; whoever gets it has none."""
    book.publish(TODAY)
    found: dict[str, list[tuple[str, str]]] = {
        key.partition("|")[0]: [] for key in book.tasks(DAY, "sms_reminder")
    }
    for key, reason, rule in book.denials(DAY):
        found.setdefault(key.partition("|")[0], []).append((reason, rule))
    return found


def release(book: Book, kind: str, customer_id: str = "C1", on: date = DAY) -> None:
    append_releases(
        book.warehouse,
        (Release(kind, customer_id),),
        released_by="Wang",
        reason="checked",
        released_on=on,
    )
