"""Scores once a month; risk levels every day, with the floor of the overdue stage."""

from datetime import date
from decimal import Decimal

import pytest

from postloan.business_date import BusinessDay
from postloan.risk.refresh_credit_scores import is_due
from tests.risk.book import LONG_AGO, OPENING, Book, later

NOVEMBER_30 = date(2026, 11, 30)
DECEMBER_1 = date(2026, 12, 1)
DECEMBER_2 = date(2026, 12, 2)
MONTHS = (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
PAID = (date(2026, 8, 17), date(2026, 9, 15), date(2026, 10, 15))
TABLES = ("credit_score_dimension", "credit_score", "customer_risk", "risk_event")


def known_borrower(book: Book, customer_id: str = "C1") -> None:
    """A borrower who paid three instalments in time and has earned the same for three months."""
    book.borrower(customer_id)
    book.due(customer_id, *PAID)
    for number, on in enumerate(PAID, start=1):
        book.paid(customer_id, number, on)
    book.income(customer_id, *MONTHS)


def owe(book: Book, number: int, due_on: date, received_on: date) -> None:
    """One more instalment of C1, which nobody has paid yet."""
    terms = {"instalment_no": number, "due_on": due_on, "amount_due": Decimal(100)}
    book.fact("instalment", received_on, loan_id="L-C1", **terms)


@pytest.mark.parametrize(
    ("on", "previous", "due"),
    [
        (OPENING, None, True),
        (later(1), OPENING, False),
        (DECEMBER_1, NOVEMBER_30, True),
        (DECEMBER_2, NOVEMBER_30, True),
        (DECEMBER_2, DECEMBER_1, False),
        (date(2026, 12, 31), DECEMBER_1, False),
        (date(2027, 1, 1), date(2026, 12, 31), True),
        (date(2027, 12, 2), DECEMBER_2, True),
    ],
    ids=[
        "opening",
        "next day",
        "first of the month",
        "first date that ran",
        "second date that ran",
        "end of the month",
        "new year",
        "a year that nobody ran",
    ],
)
def test_scores_are_due_on_the_first_date_of_a_month_that_is_run(
    on: date, previous: date | None, due: bool
) -> None:
    assert is_due(BusinessDay(on, 1, previous)) is due


def test_between_refreshes_the_scores_stay_and_the_step_says_so(book: Book) -> None:
    known_borrower(book)
    opening = book.score(OPENING, None)
    next_day = book.score(later(1), OPENING)
    december = book.score(DECEMBER_2, NOVEMBER_30)
    assert [r.counts["customers_scored"] for r in (opening, next_day, december)] == [1, 0, 1]
    assert [len(book.rows("credit_score", "customer_id", d)) for d in (OPENING, later(1))] == [1, 0]
    assert (opening.note, december.note) == ("", "")
    assert next_day.note == "scores are due on the first business date of a month, not today"
    assert book.measures(later(1), "refresh_credit_scores")["customers_scored"] == (
        0,
        next_day.note,
    )


def test_the_scores_of_a_date_that_is_no_longer_the_first_are_deleted(book: Book) -> None:
    known_borrower(book)
    book.score(OPENING, None)
    book.score(DECEMBER_2, NOVEMBER_30)
    assert book.rows("credit_score", "customer_id", DECEMBER_2) == [("C1",)]
    # The first of December comes in late, and the second is run again on top of it.
    book.score(DECEMBER_1, NOVEMBER_30)
    assert book.score(DECEMBER_2, DECEMBER_1).note.startswith("scores are due")
    assert book.rows("credit_score", "customer_id", DECEMBER_1) == [("C1",)]
    assert book.rows("credit_score", "customer_id", DECEMBER_2) == []
    assert book.rows("credit_score_dimension", "customer_id", DECEMBER_2) == []


def test_a_dimension_without_data_is_left_out_and_not_guessed(book: Book) -> None:
    known_borrower(book)
    # Somebody of whom the lender knows nothing has no score, neither a good nor a bad one.
    book.borrower("C2")
    result = book.score(OPENING, None)
    assert (result.counts["customers_scored"], result.counts["customers_without_score"]) == (1, 1)
    dimensions = book.rows(
        "credit_score_dimension",
        "customer_id, dimension, dimension_status, points, weight",
        OPENING,
    )
    # Always in time 1000; even income from one source (40 + 12) of (40 + 20).
    assert dimensions[:4] == [
        ("C1", "assets_and_liabilities", "insufficient_data", None, 15),
        ("C1", "bureau_information", "insufficient_data", None, 25),
        ("C1", "income_stability", "scored", 867, 20),
        ("C1", "repayment_history", "scored", 1000, 40),
    ]
    assert {status for _, _, status, _, _ in dimensions[4:]} == {"insufficient_data"}
    # (1000 x 40 + 867 x 20) / 60
    assert book.rows("credit_score", "customer_id, score, scored_level", OPENING) == [
        ("C1", 956, "low"),
        ("C2", None, None),
    ]


def test_the_bureau_counts_with_consent_and_a_fresh_delivery_only(book: Book) -> None:
    for customer_id in ("C1", "C2"):
        known_borrower(book, customer_id)
    book.consent("C1", "bureau_query")
    book.bureau(later(-35))

    def bureau_status(on: date, previous: date | None) -> list[tuple[str, str]]:
        book.score(on, previous)
        found = book.rows("credit_score_dimension", "customer_id, dimension, dimension_status", on)
        return [(c, status) for c, dimension, status in found if dimension == "bureau_information"]

    left_out = "insufficient_data"
    assert bureau_status(OPENING, None) == [("C1", "scored"), ("C2", left_out)]
    assert bureau_status(DECEMBER_1, NOVEMBER_30) == [("C1", left_out), ("C2", left_out)]


def test_the_floor_of_the_stage_lifts_with_the_payment(book: Book) -> None:
    known_borrower(book)
    # Scored while three days past due; the stage with a floor begins on day 30, the 27th.
    owe(book, 4, date(2026, 11, 27), LONG_AGO)

    def night(number: int, previous: int | None) -> dict[str, int]:
        on = date(2026, 12, number)
        before = date(2026, 12, previous) if previous else None
        book.stage(on, before)
        counts = book.score(on, before).counts
        return {k: n for k, n in counts.items() if k.startswith(("watched", "risk"))}

    assert night(1, None) == {"watched_at_low_risk": 1}
    assert night(26, 1) == {"watched_at_low_risk": 1}
    assert night(27, 26) == {"watched_at_medium_risk": 1, "risk_raised": 1}
    assert night(28, 27) == {"watched_at_medium_risk": 1}
    book.paid("C1", 4, date(2026, 12, 29))
    assert night(29, 28) == {"watched_at_low_risk": 1, "risk_floor_lifted": 1}
    assert night(30, 29) == {}
    moved = "customer_id, event, from_level, to_level, reason, rule_id"
    assert book.rows("risk_event", moved, date(2026, 12, 27)) == [
        ("C1", "raised", "low", "medium", "floor_reached", "overdue_stage")
    ]
    assert book.rows("risk_event", moved, date(2026, 12, 29)) == [
        ("C1", "floor_lifted", "medium", "low", "floor_lifted", "credit_score")
    ]


def test_a_worse_score_raises_the_level_on_the_day_of_the_refresh(book: Book) -> None:
    known_borrower(book)
    book.score(OPENING, None)
    # None of six instalments that fell due before the refresh was paid, and income has halved.
    for number in range(4, 10):
        owe(book, number, date(2026, 10, 20), later(1))
    book.fact(
        "customer_income",
        later(1),
        customer_id="C1",
        income_month=MONTHS[2],
        income_source="salary",
        amount=Decimal(100),
    )
    result = book.score(DECEMBER_1, NOVEMBER_30)
    ((score, level),) = book.rows("credit_score", "score, scored_level", DECEMBER_1)
    # Late with 6 of 9 and nothing past due in the stage table: 400; uneven income 12 of 60: 200.
    assert (score, level) == (333, "high")
    assert result.counts["risk_raised"] == 1
    assert book.rows("risk_event", "from_level, to_level, reason", DECEMBER_1) == [
        ("low", "high", "score_refreshed")
    ]


def test_a_repeated_run_gives_the_same_rows(book: Book) -> None:
    known_borrower(book)
    book.borrower("C2")
    book.due("C2", later(-30), later(-60))
    days = ((OPENING, None), (later(1), OPENING), (DECEMBER_1, NOVEMBER_30))
    for on, previous in days:
        book.stage(on, previous)
        book.score(on, previous)
    first = [book.whole(on, *TABLES) for on, _ in days]
    # The opening last: what came after it must not show in it.
    for on, previous in reversed(days):
        book.score(on, previous)
    assert [book.whole(on, *TABLES) for on, _ in days] == first
    assert first[0]["credit_score"]
    assert first[1]["customer_risk"]
