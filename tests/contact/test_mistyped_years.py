"""A year that was typed too low ends no protection; what is old and known ends it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from postloan.contact.restrictions.questions import open_questions
from tests.support.decision_book import LONG_AGO, Book
from tests.support.one_debtor import DAY, EARLIER, LATER, TODAY, TOMORROW, YESTERDAY, release

FEEDS = ("hold", "pause", "promise_to_pay", "plan_request", "privacy_request", "contact_outcome")
THEN, UNTIL = date(2025, 11, 20), date(2025, 12, 31)
Tell = Callable[..., None]


def at(day: date) -> datetime:
    return datetime.combine(day, time(9))


def hold(
    book: Book, n: int, told_on: date, ends_on: date | None = UNTIL, starts_on: date = THEN
) -> None:
    days = {"starts_on": starts_on, "ends_on": ends_on}
    key = {"hold_id": f"H{n}", "customer_id": f"C{n}", "hold_kind": "dispute"}
    book.fact("hold", told_on, **key, **days)


def pause(book: Book, n: int, told_on: date, ends_on: date = UNTIL, starts_on: date = THEN) -> None:
    days = {"starts_on": starts_on, "ends_on": ends_on}
    key = {"pause_id": f"P{n}", "loan_id": f"L{n}", "pause_reason": "moratorium"}
    book.fact("pause", told_on, **key, **days)


def promise(book: Book, n: int, told_on: date, due_on: date = UNTIL) -> None:
    key = {"promise_id": f"P{n}", "customer_id": f"C{n}", "loan_id": f"L{n}"}
    days = {"promised_on": THEN, "due_on": due_on}
    book.fact("promise_to_pay", told_on, **key, **days, amount=Decimal("1.00"))


@pytest.fixture
def history(book: Book) -> Book:
    """A debtor per case, and feeds that have delivered before."""
    for number in range(1, 7):
        book.debtor(DAY, number, 1)
    for feed in FEEDS:
        book.loaded(LONG_AGO, feed)
    return book


def held(book: Book) -> dict[str, str]:
    """Who was not sent the message, and why."""
    book.publish(TODAY)
    return {key.partition("|")[0]: reason for key, reason, _ in book.denials(DAY)}


@pytest.mark.parametrize(
    ("tell", "reason", "kind"),
    [
        (hold, "hold_dispute", "doubtful_hold"),
        (pause, "paused", "doubtful_hold"),
        (promise, "hold_promise_to_pay", "promise_to_pay"),
    ],
)
def test_an_end_that_is_told_long_after_it_came_ends_nothing(
    history: Book, tell: Tell, reason: str, kind: str
) -> None:
    book = history
    tell(book, 1, YESTERDAY)
    # The first delivery tells of what has been; sent once more it is no news.
    tell(book, 2, LONG_AGO)
    tell(book, 3, LONG_AGO)
    tell(book, 3, YESTERDAY)
    # Told some weeks late, and told in time.
    tell(book, 4, YESTERDAY, DAY - timedelta(days=20))
    tell(book, 5, UNTIL)
    assert held(book) == {"C1": reason}
    release(book, kind)
    assert held(book) == {}


def test_a_hold_of_decades_ago_and_the_late_end_of_one_that_was_known_are_doubtful(
    history: Book,
) -> None:
    book = history
    hold(book, 1, YESTERDAY, date(1997, 1, 1), date(1996, 1, 1))
    for number in (2, 3):
        hold(book, number, THEN, None)
    hold(book, 2, YESTERDAY)
    hold(book, 3, YESTERDAY, EARLIER)
    # Ended on its first day it never was.
    hold(book, 4, THEN, None)
    hold(book, 4, YESTERDAY, THEN)
    assert held(book) == {"C1": "hold_dispute", "C2": "hold_dispute"}
    told = {q.customer_id: q.kind for q in open_questions(book.warehouse)}
    assert told == {"C1": "doubtful_hold", "C2": "doubtful_hold"}
    # A corrected row ends the doubt.
    hold(book, 1, DAY, DAY, EARLIER)
    assert held(book) == {"C2": "hold_dispute"}


@pytest.mark.parametrize(("tell", "reason"), [(hold, "hold_dispute"), (pause, "paused")])
def test_what_was_never_told_to_last_was_not_taken_back(
    history: Book, tell: Tell, reason: str
) -> None:
    book = history
    tell(book, 1, DAY, TOMORROW, TOMORROW)
    tell(book, 2, DAY, EARLIER, EARLIER)
    # Sent once more it is still to be asked about.
    tell(book, 3, YESTERDAY, EARLIER, EARLIER)
    tell(book, 3, DAY, EARLIER, EARLIER)
    # It was to last, and was taken back; it is history.
    tell(book, 4, EARLIER, LATER, EARLIER)
    tell(book, 4, DAY, EARLIER, EARLIER)
    tell(book, 5, LONG_AGO, date(2019, 1, 1), date(2019, 1, 1))
    assert held(book) == dict.fromkeys(("C1", "C2", "C3"), reason)
    asked = {q.customer_id: q.kind for q in open_questions(book.warehouse)}
    assert asked == dict.fromkeys(("C1", "C2", "C3"), "doubtful_hold")
    release(book, "doubtful_hold")
    assert set(held(book)) == {"C2", "C3"}


@pytest.mark.parametrize(
    ("requested_on", "decided_on", "is_held"),
    [
        (YESTERDAY, date(2025, 11, 20), True),
        (date(2025, 11, 18), date(2025, 11, 20), True),
        (date(2026, 1, 10), EARLIER, True),
        (date(2026, 1, 10), date(2026, 1, 11), True),
        (None, None, False),
    ],
    ids=["decided before asked", "both of last year", "in time", "long ago", "none"],
)
def test_the_hold_of_an_earlier_plan_ends_no_approval_whose_year_is_mistyped(
    history: Book, requested_on: date | None, decided_on: date | None, is_held: bool
) -> None:
    book = history
    terms: dict[str, Any] = {"hold_kind": "performing_plan", "customer_id": "C1", "hold_id": "H"}
    days = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 6, 1)}
    book.fact("hold", date(2026, 3, 1), **terms, **days)
    if requested_on:
        plan = {"request_id": "Q", "customer_id": "C1", "loan_id": "L1", "plan_kind": "extension"}
        asked = {"requested_on": requested_on, "decided_on": decided_on, "decision": "approved"}
        book.fact("plan_request", YESTERDAY, **plan, **asked)
    assert held(book) == ({"C1": "hold_approved_plan"} if is_held else {})


def test_an_approval_told_in_time_is_ended_by_the_hold_of_its_plan(history: Book) -> None:
    book = history
    approved_on = date(2026, 2, 20)
    plan = {"request_id": "Q", "customer_id": "C1", "loan_id": "L1", "plan_kind": "extension"}
    asked = {"requested_on": approved_on, "decided_on": approved_on, "decision": "approved"}
    for told_on in (approved_on, YESTERDAY):
        book.fact("plan_request", told_on, **plan, **asked)
    terms: dict[str, Any] = {"hold_kind": "performing_plan", "customer_id": "C1", "hold_id": "H"}
    days = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 6, 1)}
    book.fact("hold", date(2026, 3, 1), **terms, **days)
    assert held(book) == {}


@pytest.mark.parametrize("feed", ["plan_request", "extension_request"])
@pytest.mark.parametrize(
    ("requested_on", "decided_on", "is_held"),
    [
        (EARLIER, YESTERDAY, True),
        (date(2026, 10, 30), YESTERDAY, True),
        (date(2026, 10, 30), None, True),
        (EARLIER, date(2026, 11, 1), True),
        (date(2026, 10, 30), date(2026, 11, 1), False),
        (date(2026, 10, 30), date(2026, 11, 2), False),
    ],
    ids=["anew", "on another day", "without a day", "asked anew", "sent again", "corrected"],
)
def test_the_hold_of_before_ends_no_approval_that_was_given_anew(
    history: Book, feed: str, requested_on: date, decided_on: date | None, is_held: bool
) -> None:
    book = history
    key = {"request_id": "Q", "loan_id": "L1", "decision": "approved"}
    if feed == "plan_request":
        key |= {"customer_id": "C1", "plan_kind": "extension"}
    else:
        key |= {"reason_code": "family"}
    asked_on, approved_on = date(2026, 10, 30), date(2026, 11, 1)
    book.fact(feed, approved_on, **key, requested_on=asked_on, decided_on=approved_on)
    terms = {"hold_kind": "performing_plan", "customer_id": "C1", "hold_id": "H"}
    days = {"starts_on": date(2026, 11, 5), "ends_on": date(2026, 11, 8)}
    book.fact("hold", date(2026, 11, 5), **terms, **days)
    assert held(book) == {}
    book.fact(feed, YESTERDAY, **key, requested_on=requested_on, decided_on=decided_on)
    assert held(book) == ({"C1": "hold_approved_plan"} if is_held else {})
    if is_held:
        assert [q.kind for q in open_questions(book.warehouse)] == ["approved_plan"]
        # The hold of the new one takes it over.
        terms = {**terms, "hold_id": "H2"}
        book.fact("hold", YESTERDAY, **terms, starts_on=YESTERDAY, ends_on=DAY)
        assert held(book) == {}


@pytest.mark.parametrize(
    ("received_at", "is_stopped"), [(THEN, True), (YESTERDAY, True), (LATER, True), (None, False)]
)
def test_a_request_to_end_a_consent_ends_it_whatever_its_year(
    book: Book, received_at: date | None, is_stopped: bool
) -> None:
    book.customer("C1")
    consent = {"customer_id": "C1", "purpose": "registry_query", "consent_kind": "separate"}
    book.fact("consent", EARLIER, consent_id="S1", granted_on=date(2026, 1, 1), **consent)
    asked: dict[str, Any] = {"request_kind": "consent_withdrawal", "request_state": "received"}
    book.fact(
        "privacy_request", request_id="Q0", customer_id="C2", received_at=at(LONG_AGO), **asked
    )
    if received_at:
        key = {"request_id": "Q1", "customer_id": "C1", "received_at": at(received_at)}
        book.fact("privacy_request", YESTERDAY, **key, **asked)
    book.student_alert(DAY, "C1")
    assert book.publish(TODAY).counts["tasks_student_alert"] == int(not is_stopped)


def test_a_report_that_is_told_long_after_its_day_is_about_todays_number_too(
    history: Book,
) -> None:
    book = history
    found = {"channel": "phone", "counterpart": "third_party", "result": "wrong_number"}
    reached = {"channel": "phone", "counterpart": "debtor", "result": "connected"}
    for number in range(1, 6):
        book.customer(f"C{number}", date(2026, 1, 1), phone=f"1540001{number:04d}")
        key = {"outcome_id": f"O{number}", "customer_id": f"C{number}"}
        if number <= 2:
            book.fact("contact_outcome", YESTERDAY, **key, **found, attempted_at=at(THEN))
        elif number == 3:
            # Told in time it is about the number of then, also where it is sent once more.
            for told_on in (THEN, YESTERDAY):
                book.fact("contact_outcome", told_on, **key, **found, attempted_at=at(THEN))
        elif number == 4:
            book.fact("contact_outcome", LONG_AGO, **key, **found, attempted_at=at(THEN))
    # On that number somebody was reached before it was reported, and after.
    for number, told_on in ((2, date(2026, 6, 1)), (5, date(2026, 6, 1))):
        key = {"outcome_id": f"R{number}", "customer_id": f"C{number}"}
        book.fact("contact_outcome", told_on, **key, **reached, attempted_at=at(told_on))
    assert held(book) == dict.fromkeys(("C1", "C2"), "reported_wrong_number")
    key = {"outcome_id": "R1", "customer_id": "C1"}
    book.fact("contact_outcome", DAY, **key, **reached, attempted_at=at(DAY))
    assert set(held(book)) == {"C2"}
