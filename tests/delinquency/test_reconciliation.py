"""The core's own view of its loans beside ours: what is listed, and what shuts the gate."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from postloan.business_date import BusinessDay
from postloan.business_day.gates import failed_checks, judge, release_gate
from postloan.business_day.ledger import open_day
from postloan.business_day.result import StepResult
from postloan.business_day.summary import make_summary
from postloan.cli.day.summary import lines_of
from postloan.delinquency.stage_overdue_loans import stage_overdue_loans
from postloan.publication.publish_task_files import publish_task_files
from postloan.rules.tables import publish_rules
from postloan.settings import settings
from postloan.warehouse import Warehouse
from tests.support.deliveries import CUSTOMER, INSTALMENT, LOAN, OPENING_DAY, Lender

LOANS = 200
DAYS = 10
DAY = date(2026, 11, 20)
DUE = DAY - timedelta(days=DAYS)
AGREED = {
    "days_past_due": DAYS,
    "overdue_amount": Decimal("110.00"),
    "principal_outstanding": Decimal("1200.00"),
}


@dataclass
class Core:
    """Loans that each owe one instalment, and what the core tells of them."""

    warehouse: Warehouse
    said: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {f"L{n}": dict(AGREED) for n in range(LOANS)}
    )

    def shared_engine(self) -> None:
        received = {"received_on": date(2026, 1, 1), "line_no": 2}
        terms = {**LOAN, "principal": Decimal("1200.00"), "disbursed_on": None, **received}
        interest = {"interest_due": Decimal("10.00"), **received}
        first = {"due_on": DUE, "principal_due": Decimal("100.00")}
        first |= {"instalment_no": 1, "amount_due": Decimal("110.00"), **interest}
        second = {"due_on": date(2027, 11, 10), "principal_due": Decimal("1100.00")}
        second |= {"instalment_no": 2, "amount_due": Decimal("1110.00"), **interest}
        self.warehouse.append_rows("loan", [{**terms, "loan_id": loan} for loan in self.said])
        self.warehouse.append_rows(
            "instalment",
            [{**one, "loan_id": loan} for loan in self.said for one in (first, second)],
        )

    def pay(self, loan_id: str, amount: str) -> None:
        money = Decimal(amount)
        booking = {"repayment_id": "R1", "loan_id": loan_id, "paid_on": DAY, "amount": money}
        derived = {"effective_on": DAY, "signed_amount": money, "booking_part": 1}
        at = {"received_on": DAY, "line_no": 2}
        self.warehouse.append_rows("repayment", [{**booking, **derived, **at}])

    def tell(self, on: date = DAY) -> None:
        """The positions of a date, as a delivery brings them."""
        rows = [
            {"loan_id": loan, "as_of_on": on, "received_on": on, "line_no": no, **position}
            for no, (loan, position) in enumerate(self.said.items(), start=2)
        ]
        self.warehouse.delete_partition("loan_position", on)
        self.warehouse.append_rows("loan_position", rows)
        place = {"business_date": on, "source": "core_banking", "feed": "loan_position"}
        told = {"file_sha256": "aa", "rows_in": len(rows), "rows_loaded": len(rows)}
        others = {"revision": 1, "is_opening": False, "file_name": "x", "contract_version": "1"}
        self.warehouse.replace_slice(
            "delivery", place, [{**place, **told, **others, "rows_quarantined": 0}]
        )

    def stage(self, on: date = DAY) -> StepResult:
        publish_rules(self.warehouse, on)
        return stage_overdue_loans(self.warehouse, BusinessDay(on, 1, None, True))

    def listed(self) -> list[tuple[str, str, str]]:
        return self.warehouse.fetch(
            "select loan_id, difference, explanation from position_difference order by loan_id"
        )

    def shut(self, on: date = DAY) -> list[tuple[str, str]]:
        return [(f.check_name, f.column_name) for f in failed_checks(self.warehouse, on)]


@pytest.fixture
def core(warehouse: Warehouse) -> Core:
    core = Core(warehouse)
    core.shared_engine()
    return core


def test_where_both_agree_nothing_is_listed_and_the_gate_is_open(core: Core) -> None:
    core.pay("L0", "60.00")
    # Interest is paid before principal.
    core.said["L0"] |= {
        "overdue_amount": Decimal("50.00"),
        "principal_outstanding": Decimal("1150.00"),
    }
    core.tell()
    counts = core.stage().counts
    assert core.listed() == []
    assert core.shut() == []
    assert counts["past_due_loans"] == LOANS
    assert counts["loans_compared_with_core"] == LOANS
    assert counts["loans_differing_from_core"] == 0


def test_a_core_that_never_told_its_view_holds_nothing(core: Core) -> None:
    assert "loans_compared_with_core" not in core.stage().counts
    assert core.listed() == []
    assert core.shut() == []


@pytest.mark.parametrize(("differing", "is_shut"), [(2, False), (3, True)])
def test_one_percent_of_the_loans_may_differ_and_no_more(
    core: Core, differing: int, is_shut: bool
) -> None:
    others = {
        "days_past_due": DAYS + 1,
        "overdue_amount": Decimal("110.01"),
        "principal_outstanding": Decimal("1199.99"),
    }
    for place, (column, value) in enumerate(others.items()):
        for n in range(differing):
            core.said[f"L{10 * place + n}"][column] = value
    core.tell()
    core.stage()
    assert sorted(d for _, d, _ in core.listed()) == sorted([*others] * differing)
    assert core.shut() == ([("core_balance", c) for c in others] if is_shut else [])


@pytest.mark.parametrize(("missing", "is_shut"), [(2, False), (3, True)])
def test_loans_without_a_position_count_against_the_core(
    core: Core, missing: int, is_shut: bool
) -> None:
    for n in range(missing):
        del core.said[f"L{n}"]
    core.tell()
    core.stage()
    assert {d for _, d, _ in core.listed()} == {"only_here"}
    assert core.shut() == ([("core_coverage", "any")] if is_shut else [])


def test_a_core_that_falls_silent_shuts_the_gate(core: Core) -> None:
    core.tell(DAY - timedelta(days=1))
    core.tell()
    core.stage()
    assert core.shut() == []
    core.warehouse.delete_partition("delivery", DAY)
    core.warehouse.delete_partition("loan_position", DAY)
    judge(core.warehouse, DAY, revision=2)
    (failed,) = failed_checks(core.warehouse, DAY)
    assert failed.check_name == "core_coverage"
    assert "they last came for 2026-11-19" in failed.message
    core.stage()
    assert core.listed() == []
    assert core.shut() == [("core_coverage", "any")]


def test_a_date_run_again_after_its_figures_have_expired_keeps_what_was_found(core: Core) -> None:
    core.said["L0"]["days_past_due"] = DAYS + 1
    core.tell()
    core.stage()
    found = core.listed()
    assert len(found) == 1
    core.warehouse.delete_partition("loan_position", DAY)
    core.stage()
    assert core.listed() == found
    assert core.shut() == []


def test_money_of_the_day_that_the_core_has_not_booked_is_told_apart(core: Core) -> None:
    core.pay("L0", "110.00")
    core.tell()
    core.stage()
    assert core.listed() == [("L0", "days_past_due", "payment_of_the_day")]
    ((ours, theirs),) = core.warehouse.fetch(
        "select our_principal_outstanding, core_principal_outstanding from position_difference"
    )
    assert (ours, theirs) == (Decimal("1100.00"), Decimal("1200.00"))


def test_a_shut_gate_holds_contact_files_says_how_much_and_can_be_released(
    home: Any, warehouse: Warehouse
) -> None:
    lender = Lender(home, warehouse)
    names = [f"L{n}" for n in range(25)]
    lender.deliver(
        customer=[CUSTOMER],
        loan=[{**LOAN, "loan_id": name} for name in names],
        instalment=[{**INSTALMENT, "loan_id": name} for name in names],
        loan_position=[
            {"loan_id": n, "as_of_on": OPENING_DAY, "days_past_due": 46, "overdue_amount": "100.00"}
            for n in names
        ],
    )

    def run() -> StepResult:
        gate = open_day(warehouse, OPENING_DAY, after_cut_off=True)
        assert gate.day, gate.reason
        stage_overdue_loans(warehouse, gate.day)
        # An opening sends nothing outside whatever the gates say: as if it were a later day.
        later = BusinessDay(gate.day.date, gate.day.revision)
        return publish_task_files(warehouse, later, home / "outbox")

    note = run().note
    assert "HELD: call_list" in note
    told = "Loans differ from the core's own figures, percent: loan_position.days_past_due 100"
    assert f"{told} [≤ 1] (25 of 25 loans, amount 2500.00)" in note
    assert warehouse.count("loan_stage", OPENING_DAY) == len(names)
    summary = make_summary(warehouse, BusinessDay(OPENING_DAY), None)
    counted = {"difference": "days_past_due", "explanation": "counting_day", "loans": len(names)}
    assert summary["positions"] == [counted]
    lines = lines_of(summary, settings())
    line = lines[lines.index("Differences with the core") + 1]
    assert line.split() == ["days_past_due", "25", "loans", "(counting_day)"]

    released = release_gate(
        warehouse, OPENING_DAY, released_by="A Person", reason="the core counts the due date"
    )
    assert {(r.check_name, r.column_name) for r in released} == {("core_balance", "days_past_due")}
    assert run().note == ""
