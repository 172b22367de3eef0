"""Legal cases from delivered files to the files of the legal department, date by date."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from postloan.ingestion.deliver import ingest
from postloan.legal.approve_legal_cases import Request, Verdict, ask, decide
from postloan.settings import settings
from postloan.warehouse import Warehouse
from tests.support.beginnings import begin
from tests.support.deliveries import CUSTOMER, LOAN, NEXT_DAY, OPENING_DAY, Lender
from tests.support.whole_day import run_whole_day

APPROVED = "legal_case_approved"
THIRD_DAY = NEXT_DAY + timedelta(days=1)
DUE = OPENING_DAY - timedelta(days=95)
INSTALMENT = {"instalment_no": "1", "due_on": DUE.isoformat(), "amount_due": "300.00"}

Feeds = dict[str, Any]
Sent = tuple[str, Feeds]


@pytest.fixture
def lender(home: Path, warehouse: Warehouse) -> Lender:
    """A lender whose two loans are 95 days past due when the book is opened."""
    sued = Lender(home, warehouse)
    numbers = (1, 2)
    sued.send(
        customer=[{**CUSTOMER, "customer_id": f"C{n}", "phone": "15400000001"} for n in numbers],
        loan=[{**LOAN, "loan_id": f"L{n}", "customer_id": f"C{n}"} for n in numbers],
        instalment=[{**INSTALMENT, "loan_id": f"L{n}"} for n in numbers],
    )
    begin(sued, "opened", lambda: run_whole_day(warehouse, OPENING_DAY))
    return sued


def asked(lender: Lender, on: date) -> Request:
    request = ask(lender.warehouse, on)
    assert request is not None
    return request


def approve(lender: Lender, request: Request) -> dict[str, int]:
    verdicts = [Verdict(c.case_id, "approved", "papers are with counsel") for c in request.cases]
    result = decide(
        lender.warehouse, request.asked_on, request.round, verdicts, decided_by="legal_first"
    )
    return dict(result.counts)


def files_of(on: date, kind: str = "") -> list[dict[str, str]]:
    """Rows of the approved file of a date, or of its recalls."""
    found: list[dict[str, str]] = []
    for file in sorted((settings().outbox / on.isoformat() / APPROVED).glob("r*/*.csv")):
        if ("recall" in file.name) == (kind == "recall"):
            found += csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    return found


def death(on: date) -> Sent:
    row = {**CUSTOMER, "phone": "15400000001", "deceased_on": on.isoformat()}
    return "core_banking", {"customer": [row]}


def dispute(on: date) -> Sent:
    row = {"hold_id": "H1", "customer_id": "C1", "hold_kind": "dispute", "starts_on": str(on)}
    return "core_banking", {"hold": [row]}


def payment(on: date) -> Sent:
    row = {
        "repayment_id": "R1",
        "loan_id": "L1",
        "paid_on": on.isoformat(),
        "amount": "300.00",
        "payment_type": "regular",
    }
    return "core_banking", {"repayment": [row]}


def part_payment(on: date) -> Sent:
    source, feeds = payment(on)
    return source, {"repayment": [{**feeds["repayment"][0], "amount": "100.00"}]}


def lawsuit(on: date) -> Sent:
    row = {
        "event_id": "E1",
        "customer_id": "C1",
        "loan_id": "L1",
        "event_kind": "lawsuit",
        "happened_on": on.isoformat(),
    }
    return "feedback", {"legal_event": [row]}


NEWS = [death, dispute, payment, part_payment, lawsuit]


def send(lender: Lender, on: date, news: Callable[[date], Sent]) -> None:
    source, feeds = news(on)
    if source != "core_banking":
        lender.send(on)
    lender.send(on, source, **feeds)


@pytest.mark.parametrize("news", NEWS)
def test_an_answer_knows_what_was_delivered_meanwhile(
    lender: Lender, news: Callable[[date], Sent]
) -> None:
    request = asked(lender, OPENING_DAY)
    assert len(request.cases) == 2
    send(lender, NEXT_DAY, news)
    home = settings()
    # Loaded, and its date not run yet.
    for source in ("core_banking", "feedback"):
        if lender.folder(NEXT_DAY, source).is_dir():
            ingest(lender.warehouse, source, NEXT_DAY, home.landing, home.scratch, home.quarantine)
    counts = approve(lender, request)
    assert (counts["cases_approved"], counts["cases_no_longer_as_shown"]) == (1, 1)
    assert [row["借据号"] for row in files_of(OPENING_DAY)] == ["L2"]
    run_whole_day(lender.warehouse, NEXT_DAY)
    assert [row["借据号"] for row in files_of(NEXT_DAY)] == []


@pytest.mark.parametrize("news", NEWS)
def test_an_approved_case_is_recalled_by_what_is_delivered_after(
    lender: Lender, news: Callable[[date], Sent]
) -> None:
    assert approve(lender, asked(lender, OPENING_DAY))["cases_approved"] == 2
    tasks = {row["借据号"]: row["任务编号"] for row in files_of(OPENING_DAY)}
    # On the very day of the decision: what began later, and names no case, is taken for our own.
    source, feeds = news(OPENING_DAY if news is lawsuit else NEXT_DAY)
    if source != "core_banking":
        lender.send(NEXT_DAY)
    lender.send(NEXT_DAY, source, **feeds)
    run_whole_day(lender.warehouse, NEXT_DAY)
    (recall,) = files_of(NEXT_DAY, "recall")
    assert recall["任务编号"] == tasks["L1"]
    assert NEXT_DAY.isoformat() in recall["撤回原因"]
    # Said once; the other case stands.
    lender.send(THIRD_DAY)
    run_whole_day(lender.warehouse, THIRD_DAY)
    assert files_of(THIRD_DAY, "recall") == files_of(THIRD_DAY) == []


@pytest.mark.parametrize("value_on", ["next day", "2062"])
def test_part_of_a_claim_with_a_day_to_come_is_not_sued_for(lender: Lender, value_on: str) -> None:
    assert approve(lender, asked(lender, OPENING_DAY))["cases_approved"] == 2
    source, feeds = part_payment(THIRD_DAY if value_on == "next day" else date(2062, 11, 20))
    lender.send(NEXT_DAY, source, **feeds)
    run_whole_day(lender.warehouse, NEXT_DAY)
    (recall,) = files_of(NEXT_DAY, "recall")
    assert "退回重新审批: 诉请已变" in recall["撤回原因"]
    assert files_of(NEXT_DAY) == []
    request = asked(lender, NEXT_DAY)
    assert [(c.loan_id, str(c.claim_amount)) for c in request.cases] == [("L1", "200.00")]
    assert approve(lender, request)["cases_approved"] == 1
    assert [(r["借据号"], r["诉请金额"]) for r in files_of(NEXT_DAY)] == [("L1", "200.00")]
    # Once its day has come the claim is the same, and the approval covers it.
    lender.send(THIRD_DAY)
    run_whole_day(lender.warehouse, THIRD_DAY)
    assert files_of(THIRD_DAY, "recall") == files_of(THIRD_DAY) == []
