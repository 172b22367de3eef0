"""A withdrawn consent is given again by a word of a later day, not by an older word told anew."""

from datetime import date, datetime, time
from typing import Any

import pytest

from tests.support.decision_book import LONG_AGO, Book
from tests.support.one_debtor import DAY, EARLIER, LATER, TODAY, YESTERDAY

FEEDS = ("consent", "consent_change", "privacy_request")
GIVEN, WITHDRAWN = date(2026, 1, 1), date(2026, 11, 10)
MISTYPED = date(2062, 11, 20)
PURPOSES = ("share_with_vendor", "registry_query")


@pytest.fixture(params=PURPOSES)
def purpose(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def consent(
    book: Book, n: int, told_on: date, key: str, purpose: str, granted_on: date, **values: Any
) -> None:
    terms = {"customer_id": f"C{n}", "purpose": purpose, "consent_kind": "separate", **values}
    book.fact("consent", told_on, consent_id=f"{key}{n}", granted_on=granted_on, **terms)


def change(
    book: Book, n: int, told_on: date, key: str, purpose: str, kind: str, changed_on: date
) -> None:
    terms = {"customer_id": f"C{n}", "purpose": purpose, "consent_kind": "separate"}
    told = {"change_kind": kind, "changed_on": changed_on}
    book.fact("consent_change", told_on, change_id=f"{key}{n}", **terms, **told)


def request(book: Book, n: int, told_on: date) -> None:
    asked = {"request_kind": "consent_withdrawal", "request_state": "granted"}
    at = datetime.combine(told_on, time(9))
    key = {"request_id": f"Q{n}", "customer_id": f"C{n}"}
    book.fact("privacy_request", told_on, **key, **asked, received_at=at)


def served(book: Book, purpose: str, numbers: range) -> set[int]:
    """Whose data were used for a purpose: whose task went outside, or whose alert was raised."""
    for n in numbers:
        book.debtor(DAY, n, 20)
        if purpose == "registry_query":
            book.student_alert(DAY, f"C{n}")
    book.publish(TODAY)
    queue = "call_list" if purpose == "share_with_vendor" else "student_alert"
    told = (
        "select customer_id from task "
        "where business_date = cast($on as date) and queue = $queue and task_action = 'added'"
    )
    tasks = {c for (c,) in book.warehouse.fetch(told, {"on": DAY, "queue": queue})}
    return {n for n in numbers if f"C{n}" in tasks}


@pytest.fixture
def history(book: Book, purpose: str) -> Book:
    """Feeds that have delivered before."""
    consent(book, 0, LONG_AGO, "S", purpose, LONG_AGO)
    change(book, 0, LONG_AGO, "X", purpose, "given", LONG_AGO)
    request(book, 0, LONG_AGO)
    return book


def test_an_older_consent_under_a_new_number_ends_no_withdrawal(
    history: Book, purpose: str
) -> None:
    book = history
    for n in range(1, 9):
        consent(book, n, GIVEN, "S", purpose, GIVEN)
    # With core banking, with a team, by request.
    for n in (1, 4, 5, 6, 7):
        consent(book, n, WITHDRAWN, "S", purpose, GIVEN, withdrawn_on=WITHDRAWN)
    change(book, 2, WITHDRAWN, "X", purpose, "withdrawn", WITHDRAWN)
    request(book, 3, WITHDRAWN)
    for n in (1, 2, 3):
        consent(book, n, YESTERDAY, "Z", purpose, GIVEN)
    # A team tells of the old one; it comes with another word on the day of the withdrawal.
    change(book, 4, YESTERDAY, "Z", purpose, "given", GIVEN)
    consent(book, 5, YESTERDAY, "S", purpose, GIVEN, withdrawn_on=date(2027, 1, 5))
    # Given anew, with core banking and with a team; never withdrawn, and sent under a new number.
    consent(book, 6, YESTERDAY, "Z", purpose, YESTERDAY)
    change(book, 7, YESTERDAY, "Z", purpose, "given", YESTERDAY)
    consent(book, 8, YESTERDAY, "Z", purpose, GIVEN)
    assert served(book, purpose, range(1, 9)) == {6, 7, 8}


def test_a_consent_that_was_known_before_the_withdrawal_was_told_is_not_given_after_it(
    history: Book, purpose: str
) -> None:
    book = history
    for n in (1, 2):
        consent(book, n, EARLIER, "Z", purpose, EARLIER)
        consent(book, n, EARLIER, "S", purpose, GIVEN)
    # The year of the withdrawal is mistyped, and the whole book is sent with it.
    for n in (1, 3):
        consent(book, n, DAY, "S", purpose, date(2025, 1, 1), withdrawn_on=date(2025, 11, 20))
        consent(book, n, DAY, "Z", purpose, EARLIER)
    # Told with the withdrawal for the first time it comes after it by its date.
    assert served(book, purpose, range(1, 4)) == {2, 3}


def test_a_consent_of_a_day_that_has_not_come_ends_no_withdrawal(
    history: Book, purpose: str
) -> None:
    book = history
    for n in range(1, 6):
        consent(book, n, GIVEN, "S", purpose, GIVEN)
    for n in (1, 2):
        consent(book, n, WITHDRAWN, "S", purpose, GIVEN, withdrawn_on=WITHDRAWN)
    for n in (3, 4, 5):
        change(book, n, WITHDRAWN, "X", purpose, "withdrawn", WITHDRAWN)
    for n, given_on in ((1, MISTYPED), (2, YESTERDAY)):
        consent(book, n, YESTERDAY, "S", purpose, given_on)
    for n, given_on in ((3, MISTYPED), (4, GIVEN), (5, YESTERDAY)):
        change(book, n, YESTERDAY, "X", purpose, "given", given_on)
    assert served(book, purpose, range(1, 6)) == {2, 5}


def test_a_withdrawal_that_is_far_ahead_counts_from_the_day_it_was_told(
    history: Book, purpose: str
) -> None:
    book = history
    for n in range(1, 7):
        consent(book, n, GIVEN, "S", purpose, GIVEN)
    ahead = date(2027, 11, 20)
    for n in (1, 2):
        consent(book, n, EARLIER, "S", purpose, GIVEN, withdrawn_on=ahead)
    change(book, 3, EARLIER, "X", purpose, "withdrawn", ahead)
    change(book, 4, EARLIER, "X", purpose, "withdrawn", ahead)
    change(book, 4, YESTERDAY, "X", purpose, "given", GIVEN)
    # Given again on a day after it was told; announced, and not begun; begun.
    consent(book, 2, YESTERDAY, "Z", purpose, YESTERDAY)
    consent(book, 5, EARLIER, "S", purpose, GIVEN, withdrawn_on=LATER)
    consent(book, 6, EARLIER, "S", purpose, GIVEN, withdrawn_on=DAY)
    assert served(book, purpose, range(1, 7)) == {2, 5}
