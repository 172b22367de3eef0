"""Alerts to debts with several lenders: when they grow graver, while the bureau is fresh."""

from datetime import date, timedelta

from tests.risk.book import OPENING, Book, later

STEP = "raise_multi_lender_alerts"
CHANGE = "customer_id, alert_level, previous_level, change_reason"
TABLES = ("multi_lender_state", "multi_lender_alert")


def debts(customer_id: str, lenders: int) -> list[tuple[str, str, str | None]]:
    """One account with each of so many lenders."""
    return [(customer_id, f"BANK{n}", None) for n in range(lenders)]


def night(book: Book, on: date) -> dict[str, int]:
    """Counts of the step on a date that follows the day before it; the opening follows none."""
    previous = None if on == OPENING else on - timedelta(days=1)
    return dict(book.lenders(on, previous).counts)


def test_an_alert_is_raised_when_the_level_becomes_graver_and_not_nightly(book: Book) -> None:
    book.borrower("C1", "bureau_query")
    alerts, levels = [], []
    for n, lenders in enumerate((2, 3, 3, 5, 4, 0, 3)):
        book.bureau(later(n), *debts("C1", lenders))
        alerts.append(night(book, later(n))["alerts"])
        levels += [level for (level,) in book.rows("multi_lender_state", "alert_level", later(n))]
    assert alerts == [0, 1, 0, 1, 0, 0, 1]
    assert levels == ["watch", "high", "watch", "none", "watch"]
    assert book.rows("multi_lender_alert", "customer_id, alert_level, open_lenders", later(3)) == [
        ("C1", "high", 5)
    ]


def test_the_opening_raises_none_and_neither_does_the_night_after_it(book: Book) -> None:
    book.borrower("C1", "bureau_query")
    book.bureau(OPENING, *debts("C1", 3))
    assert night(book, OPENING) == {"customers_looked_at": 1, "level_changes": 1, "alerts": 0}
    assert night(book, later(1)) == {"customers_looked_at": 1, "level_changes": 0, "alerts": 0}
    book.bureau(later(2), *debts("C1", 5))
    assert night(book, later(2)) == {
        "customers_looked_at": 1,
        "level_changes": 1,
        "alerts": 1,
        "alerts_high": 1,
    }


def test_co_funded_loans_of_one_contract_count_once(book: Book) -> None:
    for customer_id in ("C1", "C2"):
        book.borrower(customer_id, "bureau_query")
    book.bureau(OPENING)
    night(book, OPENING)
    # Both owe the same to three banks; C1 asked for money once, C2 three times.
    shared = [("C1", f"BANK{n}", "X1") for n in range(3)]
    book.bureau(later(1), *shared, *debts("C2", 3))
    assert night(book, later(1))["alerts"] == 1
    seen = "customer_id, alert_level, open_lenders, open_debts, rules_met"
    assert book.rows("multi_lender_alert", seen, later(1)) == [
        ("C2", "watch", 3, 3, "open_lenders 3 (HOUSE-MLE-101)")
    ]
    # Two more banks, one of them behind the same contract: one group and one lender.
    more = [("C1", "BANK3", "X1"), ("C1", "BANK4", None)]
    book.bureau(later(2), *shared, *more, *debts("C2", 3))
    assert night(book, later(2))["level_changes"] == 0


def test_more_than_half_of_the_income_going_into_debt_is_an_alert(book: Book) -> None:
    for customer_id, own in (("C1", "300.00"), ("C2", "300.01")):
        book.borrower(customer_id, "bureau_query")
        book.income(customer_id, date(2026, 9, 1), date(2026, 10, 1), amount="1000.00")
        book.due(customer_id, later(-30), later(20), later(50), amount=own)
    book.bureau(OPENING)
    night(book, OPENING)
    book.bureau(later(1), ("C1", "BANK1", None), ("C2", "BANK1", None), payment="200.00")
    night(book, later(1))
    assert book.rows("multi_lender_alert", "customer_id, debt_to_income, rules_met", later(1)) == [
        ("C2", 51, "debt_to_income 51 (HOUSE-MLE-131)")
    ]


def test_a_bureau_that_has_not_delivered_lately_changes_nothing(book: Book) -> None:
    for customer_id in ("C1", "C2"):
        book.borrower(customer_id, "bureau_query")
    book.bureau(OPENING, *debts("C1", 3), *debts("C2", 3))
    assert book.lenders(OPENING, None).note == ""
    assert book.lenders(later(35), later(34)).note == ""
    # Even who has withdrawn consent keeps the level, until something is known again.
    book.consent("C2", "bureau_query", received_on=later(36), withdrawn_on=later(36))
    stale = book.lenders(later(36), later(35))
    assert stale.note == (
        f"not refreshed: bureau_loan last came for {OPENING}, more than 35 days ago"
    )
    assert dict(stale.counts) == {"customers_looked_at": 0, "level_changes": 0, "alerts": 0}
    assert book.measures(later(36), STEP)["level_changes"] == (0, stale.note)
    book.bureau(later(37), *debts("C1", 3))
    assert book.lenders(later(37), later(36)).note == ""
    assert book.rows("multi_lender_state", CHANGE, later(37)) == [
        ("C2", "none", "watch", "no_longer_usable")
    ]


def test_a_bureau_that_never_delivered_is_noted(book: Book) -> None:
    book.borrower("C1", "bureau_query")
    result = book.lenders(OPENING, None)
    assert result.note == "not refreshed: bureau_loan was never delivered"
    assert set(result.counts.values()) == {0}


def test_only_who_agreed_and_still_has_a_loan_is_looked_at(book: Book) -> None:
    for customer_id in ("C1", "C2", "C3"):
        book.borrower(customer_id, "bureau_query")
    book.borrower("C4")
    book.consent("C4", "bureau_query", consent_kind="general")
    everybody = [debt for n in range(1, 5) for debt in debts(f"C{n}", 3)]
    book.bureau(OPENING, *everybody)
    assert night(book, OPENING)["customers_looked_at"] == 3
    book.consent("C2", "bureau_query", received_on=later(1), withdrawn_on=later(1))
    settled = {"loan_id": "L-C3", "customer_id": "C3", "product": "consumer", "currency": "CNY"}
    book.fact("loan", later(1), **settled, loan_status="settled", status_on=later(1))
    assert night(book, later(1)) == {"customers_looked_at": 1, "level_changes": 2, "alerts": 0}
    assert book.rows("multi_lender_state", CHANGE, later(1)) == [
        ("C2", "none", "watch", "no_longer_usable"),
        ("C3", "none", "watch", "no_longer_usable"),
    ]
    assert night(book, later(2))["level_changes"] == 0


def test_a_repeated_run_gives_the_same_rows(book: Book) -> None:
    book.borrower("C1", "bureau_query")
    for n, lenders in enumerate((3, 5, 2)):
        book.bureau(later(n), *debts("C1", lenders))
        night(book, later(n))
    first = [book.whole(later(n), *TABLES) for n in range(3)]
    # A past date is run again though more has been written since.
    for n in (1, 0, 2, 1):
        night(book, later(n))
    assert [book.whole(later(n), *TABLES) for n in range(3)] == first
    assert [len(f["multi_lender_alert"]) for f in first] == [0, 1, 0]
