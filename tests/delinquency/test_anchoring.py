"""Which day the days past due are counted from (edge cases A1 to A10)."""

from decimal import Decimal

import pytest

from tests.delinquency.book import Book
from tests.support.rule_files import RuleFiles


def test_due_today_is_not_past_due_and_tomorrow_is_day_one(book: Book) -> None:
    book.loan()
    book.due("04-15")
    assert [book.days(d) for d in ("04-14", "04-15", "04-16")] == [0, 0, 1]


def test_a_lender_may_count_the_due_date_as_day_one(book: Book, rule_files: RuleFiles) -> None:
    rule_files.change(
        "delinquency/past_due.yaml", {"due_date_counts_as: 0": "due_date_counts_as: 1"}
    )
    book.loan()
    book.due("04-15")
    assert [book.days(d) for d in ("04-14", "04-15", "04-16")] == [0, 1, 2]


def test_the_oldest_unpaid_instalment_counts_not_the_newest(book: Book) -> None:
    book.loan()
    book.due("04-15", "05-15", "06-15")
    assert book.past_due("06-20") == {"L1": (66, Decimal("300.00"))}


def test_a_part_payment_lowers_the_amount_and_not_the_days(book: Book) -> None:
    book.loan()
    book.due("04-15", "05-15")
    book.paid("05-20", "60.00", instalment=1, due_on="04-15")
    assert book.past_due("06-01") == {"L1": (47, Decimal("140.00"))}


def test_paying_the_oldest_counts_from_the_next(book: Book) -> None:
    book.loan()
    book.due("04-15", "05-15", "06-15")
    book.paid("06-18", "100.00", instalment=1, due_on="04-15")
    assert book.days("06-17") == 63
    assert book.days("06-20") == 36


@pytest.mark.parametrize(("paid", "days"), [("98.99", 10), ("99.00", 0), ("99.99", 0)])
def test_a_residue_within_the_tolerance_is_not_overdue(book: Book, paid: str, days: int) -> None:
    book.loan()
    book.due("04-15")
    book.paid("04-15", paid, instalment=1, due_on="04-15")
    assert book.days("04-25") == days


def test_a_schedule_row_of_zero_never_counts(book: Book) -> None:
    book.loan()
    book.due("01-15", amount="0.00", first_no=0)
    book.due("04-15")
    assert book.days("04-20") == 5


def test_a_due_date_on_a_holiday_rolls_to_the_next_working_day(
    book: Book, rule_files: RuleFiles
) -> None:
    rule_files.change(
        "delinquency/past_due.yaml", {"due_date_roll: none": "due_date_roll: following"}
    )
    book.loan()
    book.due("07-04")  # a Saturday
    days = [book.days(d) for d in ("07-04", "07-05", "07-06", "07-07")]
    assert days == [0, 0, 0, 1]


def test_a_make_up_saturday_is_a_working_day(book: Book, rule_files: RuleFiles) -> None:
    rule_files.change(
        "delinquency/past_due.yaml", {"due_date_roll: none": "due_date_roll: following"}
    )
    book.loan()
    book.due("10-10")  # a Saturday that is worked
    assert book.days("10-11") == 1


def test_month_ends_are_plain_calendar_days(book: Book) -> None:
    book.loan()
    book.due("2026-01-31", "2026-02-28", "2026-04-30")
    assert book.days("2026-03-01") == 29
    book.paid("2026-03-01", "100.00", instalment=1, due_on="2026-01-31")
    assert book.days("2026-03-01") == 1


def test_loans_of_one_customer_count_each_for_itself_and_the_worst_for_the_customer(
    book: Book,
) -> None:
    book.loan("L1")
    book.loan("L2")
    book.due("04-15", loan_id="L1")
    book.due("03-01", loan_id="L2")
    book.stage("04-20")
    assert book.table("loan_stage", "loan_id, days_past_due", "04-20") == [("L1", 5), ("L2", 50)]
    assert book.table(
        "customer_delinquency",
        "customer_id, customer_max_dpd, worst_stage, overdue_loans, risk_floor",
        "04-20",
    ) == [("C1", 50, "escalation", 2, "medium")]


@pytest.mark.parametrize(
    ("mode", "days"),
    [("forgive", [0, 0, 4, 5]), ("subtract", [0, 0, 1, 2])],
)
def test_grace_forgives_or_subtracts(
    book: Book, rule_files: RuleFiles, mode: str, days: list[int]
) -> None:
    rule_files.change(
        "delinquency/past_due.yaml", {"{days: 0, mode: forgive}": f"{{days: 3, mode: {mode}}}"}
    )
    book.loan()
    book.due("04-15")
    assert [book.days(d) for d in ("04-15", "04-18", "04-19", "04-20")] == days


def test_the_answer_depends_on_the_date_alone(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    book.loan()
    book.due("04-15")
    answers = set()
    for zone in ("UTC", "Asia/Shanghai", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        answers.add(book.days("04-25"))
    assert answers == {10}


def test_a_past_date_can_be_computed_as_it_is_known_today(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.paid("04-14", "100.00", instalment=1, due_on="04-15", received="04-30")
    assert book.days("04-20") == 5
    assert book.days("04-20", known_on="04-30") == 0


def test_a_reversed_payment_counts_from_the_original_due_date(book: Book) -> None:
    book.loan()
    book.due("04-15")
    book.paid("04-15", "100.00", instalment=1, due_on="04-15")
    book.reversed_("04-15", "100.00", instalment=1, due_on="04-15", received="05-02")
    assert book.days("05-01") == 0
    assert book.days("05-02") == 17


def test_an_early_payment_by_name_does_not_hide_an_older_instalment(book: Book) -> None:
    book.loan()
    book.due("04-15", "05-15")
    book.paid("04-16", "100.00", instalment=2, due_on="05-15")
    assert book.past_due("04-20") == {"L1": (5, Decimal("100.00"))}


def test_a_rescheduled_instalment_counts_from_its_new_date(book: Book) -> None:
    book.loan()
    book.due("04-15", "05-15")
    book.due("06-15", received="04-18")
    assert book.days("04-17") == 2
    assert book.days("04-18") == 0
    assert book.days("05-20") == 5


@pytest.mark.parametrize(
    ("status", "status_on", "days"),
    [
        ("active", None, 10),
        ("settled", "04-20", 0),
        ("settled", "04-26", 10),
        ("written_off", "04-25", 0),
        ("cancelled", None, 0),
    ],
)
def test_only_active_loans_are_past_due(
    book: Book, status: str, status_on: str | None, days: int
) -> None:
    book.loan(status=status, status_on=status_on)
    book.due("04-15")
    assert book.days("04-25") == days
