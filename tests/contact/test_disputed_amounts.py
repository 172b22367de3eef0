"""Nobody is sued over an amount that he disputes, however it is told, until it is answered."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from postloan.legal.approve_legal_cases import ask
from postloan.publication.suppress_contacts import suppress_contacts
from postloan.settings import settings
from postloan.warehouse import Warehouse
from tests.legal.test_legal_deliveries import INSTALMENT, THIRD_DAY, approve, asked, files_of
from tests.support.debtors import customer
from tests.support.deliveries import LOAN, NEXT_DAY, OPENING_DAY, Lender
from tests.support.whole_day import run_whole_day

Row = dict[str, Any]


def said(number: int, reason: str = "amount_disputed", **told: Any) -> Row:
    """Why C7 has not paid L7."""
    return {
        "reason_id": f"Z{number}",
        "customer_id": f"C{number}",
        "loan_id": f"L{number}",
        "stated_on": NEXT_DAY.isoformat(),
        "reason": reason,
        **told,
    }


BEFORE = (said(5, "forgot", reason_id="A5", stated_on="2027-01-01"),)
"""Told with the opening of the book."""

DISPUTES = (
    said(1),
    said(2, channel="wechat"),
    said(3, "金额有误"),
    said(4, stated_on="2025-11-20"),
    said(5),
    said(6),
    said(6, "forgot", reason_id="Z6b"),
    # The loan of another customer: nobody knows which of the two names is right.
    said(7, loan_id="L8"),
    said(9, customer_id="C9\u00a0"),
    said(10, stated_on="2027-11-20"),
    said(11, stated_on="2027-02-30"),
)
OTHERS = (said(12, "income_loss"), said(13, "forgot", stated_on="2027-01-01"))
"""What disputes nothing, with a mistyped year too, and nothing at all of C14."""

DISPUTED = {f"L{n}" for n in range(1, 12)}
FREE = {"L12", "L13", "L14"}


@pytest.fixture
def lender(home: Path, warehouse: Warehouse) -> Lender:
    """A lender with an approved case against every debtor."""
    numbers = range(1, 15)
    sued = Lender(home, warehouse)
    sued.send(
        customer=[customer(n) for n in numbers],
        loan=[{**LOAN, "loan_id": f"L{n}", "customer_id": f"C{n}"} for n in numbers],
        instalment=[{**INSTALMENT, "loan_id": f"L{n}"} for n in numbers],
    )
    sued.send(OPENING_DAY, "feedback", overdue_reason=list(BEFORE))
    run_whole_day(warehouse, OPENING_DAY)
    assert approve(sued, asked(sued, OPENING_DAY))["cases_approved"] == len(numbers)
    return sued


def recalled(lender: Lender, on: date) -> set[str]:
    select = "select task_id, loan_id from task where case_id is not null"
    tasks: dict[str, str] = dict(lender.warehouse.fetch(select))
    return {tasks[row["任务编号"]] for row in files_of(on, "recall")}


def states(lender: Lender, on: date) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    select = "select case_state, loan_id from legal_case_state"
    for state, loan_id in lender.warehouse.fetch(select, {"business_date": on}):
        found.setdefault(state, set()).add(loan_id)
    return found


def by_suppression(lender: Lender) -> None:
    for source in ("core_banking", "feedback"):
        lender.take_in(NEXT_DAY, source)
    suppress_contacts(lender.warehouse, OPENING_DAY, settings().outbox)
    assert recalled(lender, OPENING_DAY) == DISPUTED


def by_the_night(lender: Lender) -> None:
    run_whole_day(lender.warehouse, NEXT_DAY)
    assert recalled(lender, NEXT_DAY) == DISPUTED


@pytest.mark.parametrize("stopped", [by_suppression, by_the_night])
def test_a_dispute_stops_the_case_however_it_is_told(
    lender: Lender, stopped: Callable[[Lender], None]
) -> None:
    lender.send(NEXT_DAY)
    lender.send(NEXT_DAY, "feedback", overdue_reason=[*DISPUTES, *OTHERS])
    stopped(lender)
    run_whole_day(lender.warehouse, NEXT_DAY)
    assert states(lender, NEXT_DAY) == {"suspended": DISPUTED, "approved": FREE}
    assert files_of(NEXT_DAY) == []
    assert ask(lender.warehouse, NEXT_DAY) is None
    # Answered is what another reason of a later day answers, and mended what comes again in order.
    later = {"stated_on": THIRD_DAY.isoformat()}
    lender.send(THIRD_DAY)
    answers = [
        said(1, "forgot", reason_id="B1", **later),
        said(2, "forgot", **later),
        said(4, "income_loss", reason_id="B4", **later),
        said(5, "forgot", reason_id="B5", stated_on=(THIRD_DAY + timedelta(days=9)).isoformat()),
        said(6, "forgot", reason_id="B6"),
    ]
    lender.send(THIRD_DAY, "feedback", overdue_reason=answers)
    run_whole_day(lender.warehouse, THIRD_DAY)
    waiting = {"L1", "L4"}
    assert states(lender, THIRD_DAY)["awaiting_approval"] == waiting
    assert states(lender, THIRD_DAY)["suspended"] == DISPUTED - waiting
    assert states(lender, THIRD_DAY)["approved"] == FREE
