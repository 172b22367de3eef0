"""Just before the hours of contact, legal tasks are held against what came in, too."""

from pathlib import Path
from typing import Any

import pytest

from postloan.legal.approve_legal_cases import Verdict, ask, decide
from postloan.publication.suppress_contacts import NOTHING
from postloan.warehouse import Warehouse
from postloan.wording import said
from tests.delinquency.book import Book, day
from tests.support.nightly_lender import Lender
from tests.support.protecting_facts import a_death, a_hold

DUE = "04-15"
DATE, NEXT = "07-15", "07-16"
"""On the first the loans have been late for long, on the second the next delivery comes."""

QUEUES = ("legal_case_approved", "legal_preparation")


@pytest.fixture
def lender(warehouse: Warehouse, tmp_path: Path) -> Lender:
    """Debtors with a case each, all of them approved."""
    made = Lender(Book(warehouse), tmp_path / "outbox")
    for number in range(1, 11):
        made.borrower(number, DUE)
    made.opened("07-14", DATE)
    request = ask(warehouse, day(DATE))
    assert request is not None
    verdicts = [Verdict(c.case_id, "approved", "papers exist") for c in request.cases]
    asked = request.asked_on, request.round
    decide(warehouse, *asked, verdicts, decided_by="ann", outbox=made.outbox)
    return made


def court(lender: Lender, number: int, kind: str = "lawsuit", **values: Any) -> None:
    """What a court does about a loan, told with the next delivery."""
    names = {"event_id": f"E{number}", "customer_id": f"C{number}", "loan_id": f"L{number}"}
    told = {"event_kind": kind, "happened_on": day("07-10"), **values}
    lender.told("legal_event", NEXT, **names, **told)


def recalls(lender: Lender) -> dict[str, dict[str, str]]:
    """Queue -> customer -> rule or reason of what was recalled."""
    return {
        queue: {
            customer_id: said(reason, "en") or ""
            for customer_id, reason in lender.warehouse.fetch(
                "select customer_id, reason from task_recall where queue = $queue",
                {"queue": queue},
            )
        }
        for queue in QUEUES
    }


def test_what_stops_a_case_by_the_morning_takes_its_tasks_off(lender: Lender) -> None:
    assert lender.suppress(DATE).note == NOTHING
    a_death(lender, 1, NEXT)
    a_hold(lender, 2, NEXT)
    court(lender, 3)
    court(lender, 4, "assignment_notice")
    court(lender, 5, happened_on=day("12-31"))
    lender.paid(6, NEXT, NEXT)
    lender.paid(7, NEXT, NEXT, "40.00")
    # Our own lawsuit, a letter and money of another loan stop nothing.
    court(lender, 8, happened_on=day(NEXT))
    court(lender, 9, "letter_signed")
    lender.borrower(11, "08-15")
    lender.paid(11, NEXT, NEXT)
    lender.delivered(NEXT)
    counts = lender.suppress(DATE).counts
    assert {queue: counts[f"suppressed_{queue}"] for queue in QUEUES} == dict.fromkeys(QUEUES, 7)
    found = recalls(lender)
    for queue in QUEUES:
        assert sorted(found[queue]) == [f"C{n}" for n in range(1, 8)]
        assert found[queue]["C3"] == "loan L3 left to the court that has it already"
        assert found[queue]["C4"].endswith("the claim was assigned to another creditor")
        assert found[queue]["C5"].endswith("what was told of a court is unclear")
        for number, left in ((6, "0.00"), (7, "60.00")):
            assert found[queue][f"C{number}"].endswith(f"known now {left})")
    assert lender.suppress(DATE).note == NOTHING
    # The next night says no more, and the cases stand as they must.
    lender.night(NEXT)
    assert recalls(lender) == found
    select = "select customer_id, case_state from legal_case_state"
    states: dict[str, str] = dict(lender.warehouse.fetch(select, {"business_date": day(NEXT)}))
    assert {n: states[f"C{n}"] for n in range(1, 11)} == {
        1: "suspended", 2: "suspended", 3: "followed", 4: "suspended", 5: "suspended",
        6: "withdrawn", 7: "awaiting_approval", 8: "filed", 9: "approved", 10: "approved",
    }  # fmt: skip
