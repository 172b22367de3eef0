"""Tasks that were sent on wrong facts are recalled, each once; nothing is sent after its hours."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from postloan.business_date import BusinessDay
from postloan.cli.loan.explain import chain_lines
from postloan.lineage.task_lineage import contacts_around, explain_task
from postloan.publication.publish_task_files import PAST, publish_task_files
from postloan.warehouse import open_warehouse
from tests.delinquency.book import Book, day
from tests.support.nightly_lender import DUE, Lender


@pytest.fixture
def lender(tmp_path: Path) -> Iterator[Lender]:
    """An empty book; both engines run the SELECTs in `tests/sql`."""
    with open_warehouse("duckdb:///:memory:") as warehouse:
        yield Lender(Book(warehouse), tmp_path / "outbox")


def test_a_payment_learned_late_recalls_the_task_with_its_reason(lender: Lender) -> None:
    """P1: what was sent on wrong facts is listed for recall."""
    for number in (1, 2):
        lender.borrower(number)
    lender.opened("04-15", "04-17")
    task = lender.task(1, "04-16")
    lender.paid(1, "04-16", received="04-18")
    result = lender.night("04-18")

    reason = "借据 L1 现知当日并未逾期 (任务所述 100.00, 现知 0.00)"
    expected = [task, "2026-04-16", reason, "HOUSE-REC-001"]
    assert lender.recalled() == [("2026-04-18", [expected])]
    assert result.counts["recalled_sms_reminder"] == 1
    # Whoever did not pay keeps the message, and both contacts stay on record as made.
    assert lender.warehouse.count("task_loan", day("04-16")) == 2
    told = "\n".join(chain_lines(task, explain_task(lender.warehouse, task), "en"))
    assert told.startswith(f"Task {task} (recalled)")
    assert "2026-04-18  task sms_reminder: recalled in revision 1; loan L1 is known now not" in told
    assert "reminder 100.00, now current 0.00 (repayment 2026-04-18)" in told
    answers = [
        (c.business_date, c.answer)
        for c in contacts_around(lender.warehouse, "C1", day("04-17"))
        if c.task_id == task
    ]
    assert answers == [(day("04-16"), "added"), (day("04-18"), "recalled")]


def test_a_recall_is_made_once(lender: Lender) -> None:
    lender.borrower(1)
    lender.opened("04-15", "04-17")
    lender.paid(1, "04-16", received="04-18")
    lender.night("04-18")
    before = lender.recalled()
    again = lender.night("04-18")
    assert again.counts["recalled_sms_reminder"] == 1
    # Another payment on the same days, and the days after: it has been said.
    lender.paid(1, "04-16", received="04-19", amount="1.00")
    lender.nights("04-19", "04-20")
    assert lender.recalled() == before
    # The date of the task itself is run again.
    lender.night("04-16")
    assert lender.recalled() == before
    assert lender.warehouse.count("task_recall") == 1


@pytest.mark.parametrize(
    ("amount", "is_recalled"), [("0.01", True), ("100.00", True), ("-20.00", False)]
)
def test_an_amount_that_was_too_high_is_wrong_and_one_too_low_is_not(
    lender: Lender, amount: str, is_recalled: bool
) -> None:
    # Two instalments are due, so that the loan stays past due and in its stage.
    lender.borrower(1, "04-14", "04-15")
    lender.opened("04-15", "04-17")
    lender.paid(1, "04-15", received="04-18", amount=amount)
    lender.night("04-18")
    assert bool(lender.recalled()) == is_recalled


def test_a_lower_stage_recalls_and_fewer_days_within_a_stage_do_not(lender: Lender) -> None:
    lender.borrower(1, "04-01")
    lender.borrower(2, "04-05")
    lender.opened("04-15", "04-16")
    sent = lender.task(1, "04-16")
    # The terms moved: L1 was in the first stage on 04-16, L2 has only fewer days.
    lender.book.due("04-10", loan_id="L1", received="04-17")
    lender.book.due("04-07", loan_id="L2", received="04-17")
    lender.night("04-17")
    ((_, rows),) = lender.recalled()
    assert [(row[0], row[3]) for row in rows] == [(sent, "HOUSE-REC-002")]
    assert "逾期阶段较低" in rows[0][2]


def test_a_pause_that_was_entered_late_recalls_what_was_sent_during_it(lender: Lender) -> None:
    lender.borrower(1)
    lender.opened("04-15", "04-16")
    task = lender.task(1, "04-16")
    lender.book.pause("04-16", "04-20", received="04-17")
    lender.night("04-17")
    ((_, rows),) = lender.recalled()
    assert [(row[0], row[3]) for row in rows] == [(task, "HOUSE-REC-004")]


def test_what_is_learned_about_days_after_the_task_recalls_nothing(lender: Lender) -> None:
    lender.borrower(1)
    lender.opened("04-15", "04-18")
    lender.paid(1, "04-17", received="04-19")
    lender.night("04-19")
    assert lender.added("04-16") == 1
    assert lender.recalled() == []


def test_what_a_shut_gate_held_is_recalled_by_the_next_publication(lender: Lender) -> None:
    lender.borrower(1)
    lender.opened("04-15", "04-17")
    lender.paid(1, "04-16", received="04-18")
    # Nothing goes outside on that date.
    lender.book.night("04-18")
    lender.night("04-19")
    assert [on for on, _ in lender.recalled()] == ["2026-04-19"]


def test_the_request_to_prepare_a_case_is_recalled_and_made_anew_with_what_is_known_now(
    lender: Lender,
) -> None:
    lender.borrower(1, "01-15")
    lender.opened("04-14", "04-15")
    (case,) = lender.warehouse.fetch(
        "select business_date, task_id from task where queue = 'legal_preparation'"
    )
    # Half of the claim had been paid before the case was opened.
    lender.book.paid("04-13", "50.00", loan_id="L1", instalment=1, due_on="01-15", received="04-16")
    lender.nights("04-16", "04-18")
    ((on, rows),) = lender.recalled("legal_preparation")
    assert on == "2026-04-16"
    assert [row[:2] for row in rows] == [[case[1], case[0].isoformat()]]
    assert "任务所述 100.00, 现知 50.00" in rows[0][2]
    amounts = lender.warehouse.fetch(
        "select business_date, amount_due from legal_preparation_payload order by business_date"
    )
    assert [(d.isoformat(), str(a)) for d, a in amounts] == [
        (case[0].isoformat(), "100.00"),
        ("2026-04-16", "50.00"),
    ]


def test_a_date_run_again_after_a_later_one_adds_no_contact(lender: Lender) -> None:
    """Its hours are over, whatever the clock says; what was wrong is recalled all the same."""
    lender.borrower(1)
    lender.borrower(2)
    lender.opened("04-15", "04-16")
    assert lender.added("04-16") == 2
    # Delivered anew: L3 was forgotten, L1 had paid, and L2 owed more.
    lender.night("04-17")
    lender.borrower(3)
    lender.paid(1, "04-16", received="04-16")
    lender.book.due(DUE, loan_id="L2", amount="130.00", received="04-16")
    task = lender.task(1, "04-16")
    result = lender.night("04-16")
    assert result.note == PAST
    assert lender.added("04-16") == 2
    ((on, rows),) = lender.recalled()
    assert (on, [row[0] for row in rows]) == ("2026-04-16", [task])
    # The next date makes up for the one that was forgotten.
    lender.night("04-18")
    assert lender.task(3, "04-18") != "None"


def test_a_date_run_again_before_the_next_one_is_opened_adds_what_it_lacks(lender: Lender) -> None:
    lender.borrower(1)
    lender.opened("04-15", "04-16")
    lender.borrower(2)
    result = lender.night("04-16")
    assert result.note == ""
    assert lender.added("04-16") == 2


def test_a_skipped_date_ends_nothing(lender: Lender) -> None:
    lender.borrower(1)
    lender.opened("04-15", "04-16")
    lender.warehouse.append_rows(
        "business_day",
        [
            {
                "business_date": day("04-17"),
                "revision": 1,
                "day_state": "skipped",
                "is_opening": False,
                "input_fingerprint": "none",
            }
        ],
    )
    lender.borrower(2)
    publish_task_files(lender.warehouse, BusinessDay(day("04-16"), 1, day("04-15")), lender.outbox)
    assert lender.added("04-16") == 1
