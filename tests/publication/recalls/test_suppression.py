"""Before the hours of contact, what came in since the files were made takes tasks off them."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from postloan.business_day.ledger import OPEN
from postloan.errors import DayError
from postloan.publication.suppress_contacts import (
    NOTHING,
    OVER,
    newest_published,
    suppress_contacts,
)
from postloan.warehouse import Warehouse
from tests.delinquency.book import Book, day
from tests.support.nightly_lender import Lender
from tests.support.protecting_facts import PROTECTING, a_death, a_hold_of_long_ago, another_debtor

DUE = "11-17"
"""The first message is owed on the day after."""

FILES = "11-18"


@pytest.fixture
def lender(warehouse: Warehouse, tmp_path: Path) -> Lender:
    """Two debtors and their files of one date; what comes in is of the next."""
    made = Lender(Book(warehouse), tmp_path / "outbox")
    made.borrower(1, DUE)
    made.borrower(2, DUE)
    return made


def suppressed(*customers: str) -> list[tuple[str, str, str, str]]:
    return [("2026-11-18", "2026-11-18", c, "suppressed") for c in customers]


def revisions(lender: Lender) -> list[str]:
    return sorted(p.name for p in (lender.outbox / "2026-11-18" / "sms_reminder").iterdir())


def test_whatever_protects_takes_the_task_off_before_its_hours(lender: Lender) -> None:
    # What is delivered with the next date says that it holds since the day of the files.
    protected = dict(enumerate(PROTECTING, start=10))
    for number in protected:
        lender.borrower(number, DUE)
    lender.opened("11-17", FILES)
    assert lender.suppress(FILES).note == NOTHING
    assert revisions(lender) == ["r1"]
    for number, fact in protected.items():
        fact(lender, number, FILES)
    result = lender.suppress(FILES)
    names = sorted(f"C{n}" for n in protected)
    assert lender.recalls() == suppressed(*names)
    assert result.counts == {"suppressed_sms_reminder": len(names)}
    assert revisions(lender) == ["r1", "r2"]
    ((on, rows),) = lender.recalled()
    assert (on, len(rows)) == ("2026-11-18", len(names))
    # Nothing is added, and nobody else is taken off.
    added = (
        lender.outbox / "2026-11-18/sms_reminder/r2/sms_reminder_2026-11-18_r2.csv"
    ).read_text()
    assert len(added.splitlines()) == 1
    assert lender.suppress(FILES).note == NOTHING
    assert revisions(lender) == ["r1", "r2"]


def test_a_task_that_was_suppressed_was_not_done_and_is_owed_anew(lender: Lender) -> None:
    lender.opened("11-17", FILES)
    lender.told(
        "hold",
        "11-19",
        hold_id="H1",
        customer_id="C1",
        hold_kind="dispute",
        starts_on=day("11-18"),
        ends_on=day("11-22"),
    )
    lender.suppress(FILES)
    assert lender.recalls() == suppressed("C1")
    on_record = lender.book.table("task_loan", "loan_id", FILES)
    assert [loan for (loan,) in on_record] == ["L2"]
    # The date is run again, on its own facts, which do not know of the hold: it stays as it is.
    lender.night(FILES)
    assert revisions(lender) == ["r1", "r2"]
    assert lender.book.table("task_loan", "loan_id", FILES) == on_record
    lender.nights("11-19", "11-20")
    assert lender.added("11-19") == lender.added("11-20") == 0
    lender.nights("11-21", "11-22")
    dates = [d for d in ("11-21", "11-22") if lender.task_or_none(1, d)]
    assert len(dates) == 1
    assert lender.recalls() == suppressed("C1")


@pytest.mark.parametrize("amount", ["100.00", "40.00"])
def test_who_has_paid_since_is_not_asked_for_what_is_paid(lender: Lender, amount: str) -> None:
    lender.opened("11-17", FILES)
    lender.book.paid("11-19", amount, loan_id="L1", instalment=1, due_on=DUE)
    lender.delivered("11-19")
    lender.suppress(FILES)
    assert lender.recalls() == suppressed("C1")
    ((_, ((task, _, reason, rule),)),) = lender.recalled()
    assert (task, rule) == (lender.task(1, FILES), "HOUSE-STA-001")
    assert "任务生成后应还金额已减少 (任务所述 100.00" in reason


def test_a_loan_that_was_closed_or_corrected_since_is_not_asked_for(lender: Lender) -> None:
    lender.opened("11-17", FILES)
    lender.told(
        "loan",
        "11-19",
        loan_id="L1",
        customer_id="C1",
        product="consumer",
        currency="CNY",
        loan_status="settled",
        status_on=day("11-19"),
    )
    lender.book.due("11-25", loan_id="L2", received="11-19")
    lender.suppress(FILES)
    assert lender.recalls() == suppressed("C1", "C2")


def test_more_that_is_owed_and_money_of_others_take_nobody_off(lender: Lender) -> None:
    lender.borrower(3, "11-25")
    lender.opened("11-17", FILES)
    lender.book.paid("11-19", "100.00", loan_id="L3", instalment=1, due_on="11-25")
    lender.book.due(DUE, loan_id="L1", amount="130.00", received="11-19")
    lender.delivered("11-19")
    assert lender.suppress(FILES).note == NOTHING
    assert lender.recalls() == []


def test_once_the_next_date_is_open_its_own_files_say_it(lender: Lender) -> None:
    lender.opened("11-17", "11-19")
    a_death(lender, 1, "11-20")
    assert lender.suppress(FILES).note == OVER
    assert lender.recalls() == []
    assert newest_published(lender.warehouse) == day("11-19")


def test_a_later_date_that_is_open_and_has_no_files_yet_says_nothing(lender: Lender) -> None:
    lender.opened("11-17", FILES)
    open_date = {"business_date": day("11-19"), "revision": 1}
    row = {**open_date, "day_state": OPEN, "is_opening": False, "input_fingerprint": "x"}
    lender.warehouse.replace_slice("business_day", open_date, [row])
    a_death(lender, 1, "11-19")
    lender.suppress(FILES)
    assert lender.recalls() == suppressed("C1")


def test_a_hold_that_comes_days_later_takes_off_what_earlier_lists_still_have(
    lender: Lender,
) -> None:
    lender.opened("11-17", "11-19")
    task = lender.task(1, FILES)
    a_hold_of_long_ago(lender, 1, "11-20")
    lender.suppress("11-19")
    assert lender.recalls() == [("2026-11-19", "2026-11-18", "C1", "refused")]
    assert task in str(lender.recalled())


def test_a_date_that_has_not_been_run_has_nothing_to_suppress(lender: Lender) -> None:
    with pytest.raises(DayError, match="No task file has been published yet"):
        newest_published(lender.warehouse)
    lender.opened("11-17", FILES)
    tomorrow = day(FILES) + timedelta(days=1)
    with pytest.raises(DayError, match="2026-11-19 has not been run"):
        suppress_contacts(lender.warehouse, tomorrow, lender.outbox)


def test_a_shut_gate_holds_no_suppression(lender: Lender) -> None:
    lender.opened("11-17", FILES)
    another_debtor(lender, 1, "11-19")
    lender.shut(FILES)
    lender.suppress(FILES)
    assert lender.recalls() == suppressed("C1")
    assert revisions(lender) == ["r1", "r2"]


def test_files_that_a_crash_kept_from_being_made_are_made_by_running_again(lender: Lender) -> None:
    lender.opened("11-17", FILES)
    a_hold_of_long_ago(lender, 1, "11-19")
    lender.suppress(FILES)
    folder = lender.outbox / "2026-11-18" / "sms_reminder" / "r2"
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    shutil.rmtree(folder)
    assert lender.suppress(FILES).note == NOTHING
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
