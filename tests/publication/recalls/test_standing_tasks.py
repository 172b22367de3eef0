"""A task that may still lie on somebody's list is judged again every day, and recalled once."""

from pathlib import Path

import pytest

from postloan.cli.loan.explain import chain_lines
from postloan.lineage.task_lineage import explain_task
from postloan.warehouse import Warehouse
from tests.delinquency.book import Book, day
from tests.support.nightly_lender import Lender
from tests.support.protecting_facts import PROTECTING, a_hold, a_hold_of_long_ago

DUE = "11-17"
"""The first message is owed on the day after."""


@pytest.fixture
def lender(warehouse: Warehouse, tmp_path: Path) -> Lender:
    """Two debtors, of whom the first becomes protected."""
    made = Lender(Book(warehouse), tmp_path / "outbox")
    made.borrower(1, DUE)
    made.borrower(2, DUE)
    return made


def test_what_protects_later_recalls_what_stands_once(lender: Lender) -> None:
    protected = dict(enumerate(PROTECTING, start=10))
    for number in protected:
        lender.borrower(number, DUE)
    lender.opened("11-17", "11-18")
    tasks = {number: lender.task(number, "11-18") for number in protected}
    lender.night("11-19")
    for number, fact in protected.items():
        fact(lender, number, "11-20")
    result = lender.night("11-20")
    expected = [("2026-11-20", "2026-11-18", f"C{n}", "refused") for n in protected]
    assert lender.recalls() == expected
    ((on, rows),) = lender.recalled()
    assert on == "2026-11-20"
    assert sorted(row[0] for row in rows) == sorted(tasks.values())
    assert all(row[1] == "2026-11-18" and row[2].startswith("检查未通过: ") for row in rows)
    assert all(row[3] for row in rows)
    assert result.counts["recalled_as_refused"] == len(protected)
    # Again, and on the night after: it has been said.
    lender.night("11-20")
    lender.night("11-21")
    assert lender.recalls() == expected
    # The contact stays on record, and the chain tells what became of it.
    assert lender.warehouse.count("task_loan", day("11-18")) == len(protected) + 2
    task = tasks[10]
    told = "\n".join(chain_lines(task, explain_task(lender.warehouse, task), "en"))
    assert told.startswith(f"Task {task} (recalled)")
    assert "recalled in revision 1; a check refuses it: a dispute is open" in told


@pytest.mark.parametrize(
    ("last", "is_recalled"), [("2026-12-18", True), ("2026-12-19", True), ("2026-12-20", False)]
)
def test_what_no_longer_lies_on_a_list_is_left_alone(
    lender: Lender, last: str, is_recalled: bool
) -> None:
    lender.book.night("11-17")
    lender.night("11-18")
    lender.book.night("11-19")
    a_hold(lender, 1, last)
    lender.night(last)
    assert ("2026-11-18" in [task_date for _, task_date, _, _ in lender.recalls()]) == is_recalled


def test_a_hold_that_is_over_recalls_nothing(lender: Lender) -> None:
    lender.opened("11-17", "11-18")
    lender.told(
        "hold",
        "11-20",
        hold_id="H1",
        customer_id="C1",
        hold_kind="dispute",
        starts_on=day("11-10"),
        ends_on=day("11-15"),
    )
    lender.nights("11-19", "11-20")
    assert lender.recalls() == []


def test_whoever_is_cured_keeps_what_was_right(lender: Lender) -> None:
    """Nobody who has paid since is looked for among those past due, and found unknown."""
    lender.opened("11-17", "11-18")
    lender.book.paid("11-19", "100.00", loan_id="L1", instalment=1, due_on=DUE)
    lender.nights("11-19", "11-20")
    assert lender.recalls() == []


def test_one_held_loan_recalls_the_message_that_named_it(lender: Lender) -> None:
    lender.book.loan("L3", customer_id="C1")
    lender.book.due(DUE, loan_id="L3")
    lender.opened("11-17", "11-19")
    lender.told(
        "hold",
        "11-20",
        hold_id="H1",
        customer_id="C1",
        loan_id="L3",
        hold_kind="dispute",
        starts_on=day("11-20"),
    )
    lender.night("11-20")
    assert lender.recalls() == [("2026-11-20", "2026-11-18", "C1", "refused")]


# While a gate is shut ------------------------------------------------------------------------


def test_recalls_go_out_while_a_gate_is_shut_and_nothing_else_does(lender: Lender) -> None:
    lender.opened("11-17", "11-19")
    lender.borrower(3, "11-19")
    a_hold(lender, 1, "11-20")
    lender.book.paid("11-18", "100.00", loan_id="L2", instalment=1, due_on=DUE, received="11-20")
    lender.shut("11-20")
    result = lender.night("11-20")
    assert "HELD" in result.note
    assert lender.recalls() == [
        ("2026-11-20", "2026-11-18", "C1", "refused"),
        ("2026-11-20", "2026-11-18", "C2", "refuted"),
    ]
    assert lender.added("11-20") == 0
    folder = lender.outbox / "2026-11-20" / "sms_reminder"
    assert [p.name for p in folder.iterdir()] == ["r1"]
    # A queue with nothing to recall says nothing: what is held may still come.
    assert not (lender.outbox / "2026-11-20" / "call_list").exists()
    lender.night("11-20")
    assert [p.name for p in folder.iterdir()] == ["r1"]
    # Released: what was held is added, and nothing is recalled twice.
    lender.shut("11-20", is_shut=False)
    lender.night("11-20")
    assert sorted(p.name for p in folder.iterdir()) == ["r1", "r2"]
    assert lender.added("11-20") == 1
    assert len(lender.recalls()) == 2


def test_a_gate_that_shuts_later_keeps_what_would_be_worded_anew(lender: Lender) -> None:
    """Delivered anew, the date is held: suspect facts recall nothing but what is refused."""
    lender.opened("11-17", "11-18")
    lender.book.due(DUE, loan_id="L2", amount="130.00", received="11-18")
    a_hold_of_long_ago(lender, 1, "11-18")
    lender.shut("11-18")
    lender.night("11-18")
    assert lender.recalls() == [("2026-11-18", "2026-11-18", "C1", "refused")]
    # Before its hours: the contact with C1 was not made, and that with C2 stands on record.
    assert [row[0] for row in lender.book.table("task_loan", "loan_id", "11-18")] == ["L2"]


def test_a_gate_that_shuts_later_recalls_what_is_known_to_be_wrong(lender: Lender) -> None:
    lender.opened("11-17", "11-18")
    lender.book.paid("11-18", "100.00", loan_id="L1", instalment=1, due_on=DUE, received="11-18")
    lender.shut("11-18")
    lender.night("11-18")
    assert lender.recalls() == [("2026-11-18", "2026-11-18", "C1", "refuted")]


def test_what_a_crash_kept_from_going_out_does_not_go_out_through_a_shut_gate(
    lender: Lender,
) -> None:
    lender.opened("11-17", "11-18")
    kept = lender.outbox
    lender.outbox = kept.with_name("crashed")
    a_hold_of_long_ago(lender, 1, "11-18")
    lender.shut("11-18")
    lender.night("11-18")
    folder = lender.outbox / "2026-11-18" / "sms_reminder"
    assert [p.name for p in folder.iterdir()] == ["r2"]
    lender.shut("11-18", is_shut=False)
    lender.night("11-18")
    assert sorted(p.name for p in folder.iterdir()) == ["r1", "r2"]
