"""What is learned today about last week (edge cases P1 to P5) and missed days (M1 to M3)."""

from datetime import date
from decimal import Decimal

import pytest

from postloan.contracts import catalogue
from postloan.delinquency.past_due import loan_versions
from postloan.warehouse import Warehouse, open_warehouse
from tests.delinquency.book import Book, day

STATE_COLUMNS = {
    "loan_delinquency": "loan_id, customer_id, days_past_due, overdue_amount, rule_version",
    "loan_stage": "loan_id, stage, stage_entered_on, previous_stage, episode_started_on",
    "stage_event": "loan_id, event, from_stage, to_stage, days_past_due",
    "customer_delinquency": "customer_id, customer_max_dpd, worst_stage, overdue_loans",
}


def state(warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    """The current tables, whatever the dates of knowledge."""
    return {
        name: sorted(warehouse.fetch(f"select business_date, {columns} from current_{name}"))
        for name, columns in STATE_COLUMNS.items()
    }


def everything(warehouse: Warehouse) -> dict[str, list[str]]:
    """Every version of every row of the four tables."""
    return {
        name: sorted(map(repr, warehouse.fetch(f"select {columns_of(name)} from {name}")))
        for name in STATE_COLUMNS
    }


def columns_of(table: str) -> str:
    return ", ".join(catalogue().tables[table].column_names)


def overdue(book: Book, on: str) -> list[tuple[str, int]]:
    return book.table("loan_stage", "loan_id, days_past_due", on)


def versions(book: Book, on: str, loan_id: str = "L1") -> list[tuple[date, date | None, int]]:
    return [
        (b.known_from, b.known_before, b.days_past_due)
        for b in loan_versions(book.warehouse, loan_id, day(on))
    ]


def test_a_payment_of_last_week_repairs_last_week(book: Book) -> None:
    """P1: the snapshots are restated, the earlier belief is kept."""
    book.loan()
    book.loan("L2", customer_id="C2")
    book.due("04-15")
    book.due("04-15", loan_id="L2")
    book.nights("04-15", "04-20")
    book.paid("04-17", "100.00", instalment=1, due_on="04-15", received="04-21")
    book.night("04-21")

    assert overdue(book, "04-16") == [("L1", 1), ("L2", 1)]
    assert overdue(book, "04-17") == [("L1", 0), ("L2", 2)]
    assert overdue(book, "04-18") == [("L2", 3)]
    assert book.table("stage_event", "loan_id, event", "04-17") == [("L1", "cured")]
    assert book.table("stage_event", "loan_id, event", "04-21") == []
    assert book.table("customer_delinquency", "customer_id", "04-18") == [("C2",)]
    assert versions(book, "04-18") == [(day("04-18"), day("04-21"), 3)]
    assert versions(book, "04-17") == [
        (day("04-17"), day("04-21"), 2),
        (day("04-21"), None, 0),
    ]
    # Whoever was not concerned is known as before.
    assert versions(book, "04-18", "L2") == [(day("04-18"), None, 3)]
    (given_up, _) = loan_versions(book.warehouse, "L1", day("04-17"))
    assert given_up.ended_with == "repayment"


def test_a_reversed_payment_counts_from_the_original_due_date(book: Book) -> None:
    """P2"""
    book.loan()
    book.due("04-15")
    book.paid("04-15", "100.00", instalment=1, due_on="04-15")
    book.nights("04-15", "04-20")
    assert overdue(book, "04-20") == []
    book.reversed_("04-15", "100.00", received="04-21", instalment=1, due_on="04-15")
    book.night("04-21")
    assert overdue(book, "04-20") == [("L1", 5)]
    assert overdue(book, "04-21") == [("L1", 6)]
    assert book.table("stage_event", "loan_id, event", "04-16") == [("L1", "entered")]
    assert versions(book, "04-20") == [(day("04-21"), None, 5)]


def test_a_chargeback_counts_from_its_own_day(book: Book) -> None:
    """P2: money taken back with a value date of its own leaves the days before alone."""
    book.loan()
    book.due("04-15")
    book.paid("04-15", "100.00", instalment=1, due_on="04-15")
    book.nights("04-15", "04-20")
    book.reversed_("04-21", "100.00", received="04-21", instalment=1, due_on="04-15")
    book.night("04-21")
    assert overdue(book, "04-20") == []
    assert overdue(book, "04-21") == [("L1", 6)]


def test_a_payment_on_a_closed_loan_still_restates_the_days_before(book: Book) -> None:
    """P3: closing ends the stage, and what was paid before it is put right."""
    book.loan()
    book.due("04-15")
    book.nights("04-15", "04-18")
    book.loan(status="settled", status_on="04-19", received="04-19")
    book.night("04-19")
    assert book.table("stage_event", "event", "04-19") == [("cured",)]
    book.paid("04-17", "100.00", instalment=1, due_on="04-15", received="04-20")
    book.night("04-20")
    assert overdue(book, "04-16") == [("L1", 1)]
    assert overdue(book, "04-17") == [("L1", 0)]
    assert overdue(book, "04-19") == []
    assert book.table("stage_event", "event", "04-19") == []


def test_a_status_learned_late_ends_the_stage_on_its_own_date(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.nights("04-15", "04-20")
    book.loan(status="written_off", status_on="04-18", received="04-21")
    book.night("04-21")
    assert overdue(book, "04-17") == [("L1", 2)]
    assert book.table("stage_event", "event", "04-18") == [("closed",)]
    assert overdue(book, "04-19") == []


def test_a_status_learned_late_renames_the_event_of_a_loan_that_was_paid(book: Book) -> None:
    """Days past due and stages turn out the same; the event does not."""
    book.loan()
    book.due("04-15")
    book.paid("04-17", "100.00", instalment=1, due_on="04-15")
    book.nights("04-15", "04-18")
    assert book.table("stage_event", "event", "04-17") == [("cured",)]
    book.loan(status="written_off", status_on="04-17", received="04-19")
    book.night("04-19")
    assert book.table("stage_event", "event", "04-17") == [("closed",)]


@pytest.mark.parametrize("amount", ["40.00", "100.00"])
def test_a_waiver_clears_as_a_payment_does(book: Book, amount: str) -> None:
    """P4: credits reach back like payments; a part of one changes the amount, not the days."""
    book.loan()
    book.due("04-15")
    book.nights("04-15", "04-18")
    book.paid("04-16", amount, instalment=1, due_on="04-15", received="04-19")
    book.night("04-19")
    left = Decimal("100.00") - Decimal(amount)
    expected = [("L1", 3, left)] if left else []
    assert (
        book.table("loan_delinquency", "loan_id, days_past_due, overdue_amount", "04-18")
        == expected
    )


def test_what_arrives_later_belongs_to_the_next_run(book: Book) -> None:
    """P5: a run sees the deliveries up to its own date, whenever it is computed."""
    book.loan()
    book.due("04-15")
    book.paid("04-16", "100.00", instalment=1, due_on="04-15", received="04-18")
    book.nights("04-15", "04-17")
    assert overdue(book, "04-17") == [("L1", 2)]
    book.night("04-18")
    assert overdue(book, "04-17") == []


def test_moved_terms_restate_from_the_earlier_due_date(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.nights("04-15", "04-18")
    book.due("05-15", received="04-19")
    book.night("04-19")
    assert overdue(book, "04-16") == []
    assert versions(book, "04-16") == [(day("04-16"), day("04-19"), 1)]


def test_restatement_reaches_back_to_the_opening(book: Book) -> None:
    book.loan()
    book.due("01-15")
    book.nights("04-15", "04-17")
    book.paid("01-14", "100.00", instalment=1, due_on="01-15", received="04-18")
    book.night("04-18")
    assert [overdue(book, f"04-{d}") for d in (15, 16, 17, 18)] == [[], [], [], []]


def test_a_second_correction_keeps_the_first(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.nights("04-15", "04-18")
    book.paid("04-17", "60.00", instalment=1, due_on="04-15", received="04-19")
    book.night("04-19")
    book.paid("04-17", "40.00", instalment=1, due_on="04-15", received="04-20")
    book.night("04-20")
    assert versions(book, "04-17") == [
        (day("04-17"), day("04-19"), 2),
        (day("04-19"), day("04-20"), 2),
        (day("04-20"), None, 0),
    ]


def test_running_the_correcting_date_again_changes_nothing(book: Book) -> None:
    """M1, M2: whatever was restated once is not restated again."""
    book.loan()
    book.due("04-15")
    book.nights("04-15", "04-18")
    book.paid("04-16", "100.00", instalment=1, due_on="04-15", received="04-19")
    book.night("04-19")
    before = everything(book.warehouse)
    book.night("04-19")
    assert everything(book.warehouse) == before


def test_dates_on_which_nothing_was_owed_are_not_allocated_again(book: Book) -> None:
    """A payment that was early and is told late says nothing about the days before the due date."""
    book.loan()
    book.due("04-18")
    book.nights("04-14", "04-20")
    book.paid("04-15", "100.00", instalment=1, due_on="04-18", received="04-21")
    run_before = len(list(book.warehouse.statements()))
    book.night("04-21")
    run = [name for name, _ in book.warehouse.statements()][run_before:]
    # Every date since the payment is looked at; those after the due date are allocated, and today.
    assert run.count("loan_sum") == len(range(15, 21)) + 1
    assert run.count("instalment_allocation") == len(range(19, 21)) + 1
    assert overdue(book, "04-19") == overdue(book, "04-20") == []


def test_late_knowledge_ends_where_timely_knowledge_would_have(book: Book) -> None:
    """M1, M3: the same facts, late or in time, leave the same current tables."""

    def facts(told: Book, delay: int) -> None:
        for number in (1, 2, 3):
            told.loan(f"L{number}", customer_id=f"C{number % 2}")
            told.due("03-20", "04-15", loan_id=f"L{number}")
        for number, paid_on in ((1, 16), (2, 17), (3, 18)):
            told.paid(
                f"04-{paid_on}", "100.00", loan_id=f"L{number}",
                received=f"04-{min(paid_on + delay * number, 22)}",
            )  # fmt: skip

    facts(book, delay=2)
    book.nights("04-14", "04-24")
    with open_warehouse("duckdb:///:memory:") as other:
        clean = Book(other)
        facts(clean, delay=0)
        clean.nights("04-14", "04-24")
        assert state(book.warehouse) == state(other)
