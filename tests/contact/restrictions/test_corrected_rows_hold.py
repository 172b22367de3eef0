"""A correction frees a customer only where something is loaded about that customer."""

from pathlib import Path
from typing import Any

import pytest

from postloan.cli import main
from postloan.contact.restrictions.waiting import waiting_rows
from postloan.errors import DeliveryError
from postloan.ingestion.reprocess import ReprocessRequest, Requeued, requeue
from postloan.settings import settings
from postloan.warehouse import open_warehouse
from tests.support.debtors import Debtors
from tests.support.deliveries import NEXT_DAY, Lender, csv_bytes

HOLD = {"hold_id": "H1", "customer_id": "C1", "hold_kind": "medical", "starts_on": "2026-11-20"}
GOOD = {**HOLD, "hold_kind": "dispute"}


def fixed(folder: Path, *rows: dict[str, str]) -> Path:
    """A file with corrections of the lines from 2 on."""
    head, *lines = csv_bytes("hold", rows).decode().splitlines()
    path = folder / "fix.csv"
    numbered = (f"{number},{line}" for number, line in enumerate(lines, 2))
    path.write_text("\n".join((f"line_no,{head}", *numbered, "")), encoding="utf-8")
    return path


def correct(debtors: Debtors, *rows: dict[str, str]) -> Requeued:
    lender = debtors.lender
    wanted = ReprocessRequest(
        "core_banking", NEXT_DAY, "Officer", "seen", "hold", fixed(lender.home, *rows)
    )
    ((done,), _) = requeue(lender.warehouse, settings(), wanted)
    return done


def held(debtors: Debtors) -> set[str | None]:
    return {row.customer_id for row in waiting_rows(debtors.lender.warehouse)}


def test_whom_a_row_named_is_held_until_something_is_loaded_about_that_customer(
    debtors: Debtors,
) -> None:
    debtors.open((1, 2, 3))
    debtors.lender.deliver(NEXT_DAY, hold=[HOLD])
    # Refused again, about somebody else: both are held.
    assert correct(debtors, {**HOLD, "customer_id": "C2"}).released == 0
    assert held(debtors) == {"C1", "C2"}
    # Loaded, about somebody else: the first one stays held, however often it is judged.
    done = correct(debtors, {**GOOD, "customer_id": "C2", "starts_on": "2027-01-01"})
    assert (done.released, done.named_others) == (1, (2,))
    debtors.lender.take_in(NEXT_DAY)
    assert held(debtors) == {"C1"}
    # Loaded, about the customer whom the row named: that row holds now.
    with pytest.raises(DeliveryError, match="no row is in quarantine"):
        correct(debtors, GOOD)
    debtors.lender.deliver(NEXT_DAY, hold=[GOOD])
    assert held(debtors) == set()
    assert debtors.lender.warehouse.fetch("select customer_id from hold") == [("C1",)]


def test_a_correction_about_the_same_customer_frees_the_row(debtors: Debtors) -> None:
    debtors.open((1, 2))
    debtors.lender.deliver(NEXT_DAY, hold=[HOLD])
    assert correct(debtors, {**GOOD, "customer_id": "C1"}).named_others == ()
    assert held(debtors) == set()


@pytest.mark.parametrize(
    "row",
    [
        # Right in itself, about a customer whom nobody has delivered, with a loan of another.
        {**GOOD, "customer_id": "C9", "loan_id": "L1"},
        # A customer and a loan that do not belong together.
        {**HOLD, "customer_id": "C1", "loan_id": "L2"},
    ],
)
def test_all_whom_a_row_named_are_held(debtors: Debtors, row: dict[str, Any]) -> None:
    debtors.open((1, 2, 3))
    debtors.lender.deliver(NEXT_DAY, hold=[row])
    before = held(debtors)
    assert "C1" in before
    assert correct(debtors, {**GOOD, "customer_id": "C3"}).named_others == (2,)
    assert held(debtors) == before


def test_the_command_says_who_stays_held(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_warehouse() as warehouse:
        debtors = Debtors(Lender(home, warehouse))
        debtors.open((1, 2))
        debtors.lender.deliver(NEXT_DAY, hold=[HOLD])
    path = fixed(home, {**GOOD, "customer_id": "C2"})
    asked = ["feed", "requeue", "--source", "core_banking", "--date", str(NEXT_DAY)]
    assert main([*asked, "--feed", "hold", "--from", str(path)]) == 0
    assert "line 2: the refused row named another customer" in capsys.readouterr().out
    line = ["--feed", "hold", "--date", str(NEXT_DAY), "--line", "2"]
    assert main(["restriction", "release", *line, "--reason", "seen"]) == 0
    with open_warehouse() as warehouse:
        assert waiting_rows(warehouse) == ()
