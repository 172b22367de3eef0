"""Refused rows that have come since stop an answer about legal cases, as they stop a contact."""

from typing import Any

import pytest

from postloan.business_day.gates import release_gate
from postloan.errors import PostloanError
from postloan.ingestion.deliver import ingest
from postloan.legal.approve_legal_cases import Verdict, ask, decide
from postloan.settings import settings
from postloan.warehouse import Warehouse
from tests.legal.test_legal_deliveries import lender
from tests.support.deliveries import CUSTOMER, NEXT_DAY, OPENING_DAY, Lender
from tests.support.restricting_rows import complaint, hold
from tests.support.whole_day import run_whole_day

__all__ = ["lender"]

ROWS: dict[str, tuple[str, dict[str, Any], int]] = {
    # the source, what it delivers, how many of two cases may still be approved
    "a hold without an end": ("core_banking", {"hold": [hold(1, ends_on="2027-02-30")]}, 1),
    "a death that cannot be read": (
        "core_banking",
        {"customer": [{**CUSTOMER, "phone": "15400000001", "deceased_on": "20261110"}]},
        1,
    ),
    "a complaint that names nobody": (
        "feedback",
        {"complaint": [complaint(1, customer_id="", complaint_kind="weather")]},
        0,
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_refused_row_of_a_date_that_is_not_run_stops_the_answer(
    lender: Lender, warehouse: Warehouse, name: str
) -> None:
    source, feeds, approved = ROWS[name]
    request = ask(warehouse, OPENING_DAY)
    assert request is not None
    lender.send(NEXT_DAY, **(feeds if source == "core_banking" else {}))
    if source != "core_banking":
        lender.send(NEXT_DAY, source, **feeds)
    home = settings()
    for each in {"core_banking", source}:
        ingest(warehouse, each, NEXT_DAY, home.landing, home.scratch, home.quarantine)
    verdicts = [Verdict(c.case_id, "approved", "papers are with counsel") for c in request.cases]
    result = decide(warehouse, request.asked_on, request.round, verdicts, decided_by="legal_first")
    counts = result.counts
    assert (counts["cases_approved"], counts["cases_no_longer_as_shown"]) == (
        approved,
        2 - approved,
    )


def test_nobody_is_asked_and_nothing_is_approved_while_a_gate_is_shut(
    lender: Lender, warehouse: Warehouse
) -> None:
    request = ask(warehouse, OPENING_DAY)
    assert request is not None
    lender.send(NEXT_DAY, repayment=[])
    nameless = complaint(1, customer_id="", complaint_kind="weather")
    lender.send(NEXT_DAY, "feedback", complaint=[nameless])
    run_whole_day(warehouse, NEXT_DAY)
    assert ask(warehouse, NEXT_DAY) is None
    approved = [Verdict(c.case_id, "approved", "papers are with counsel") for c in request.cases]
    key = (request.asked_on, request.round)
    with pytest.raises(PostloanError, match="gate shut by nameless_rows"):
        decide(warehouse, *key, approved, decided_by="legal_first")
    assert warehouse.count("legal_case_decision") == 0
    # To reject needs no figures.
    rejected = [Verdict(approved[0].case_id, "rejected")]
    assert decide(warehouse, *key, rejected, decided_by="legal_first").counts["cases_rejected"] == 1
    release_gate(warehouse, NEXT_DAY, released_by="Officer", reason="asked the sender")
    run_whole_day(warehouse, NEXT_DAY)
    again = ask(warehouse, NEXT_DAY)
    assert again is not None
    assert [case.case_id for case in again.cases] == [approved[1].case_id]
    said = [Verdict(again.cases[0].case_id, "approved", "papers are with counsel")]
    counts = decide(warehouse, NEXT_DAY, again.round, said, decided_by="legal_first").counts
    assert counts["cases_approved"] == 1
