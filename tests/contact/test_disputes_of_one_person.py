"""Nobody is sued over what he disputes under another customer number, until a person has looked."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from postloan.contact.restrictions.questions import open_questions
from postloan.contact.restrictions.release import Release, append_releases
from postloan.legal.approve_legal_cases import ask
from postloan.publication.suppress_contacts import suppress_contacts
from postloan.settings import settings
from postloan.warehouse import Warehouse
from postloan.wording import said as in_words
from tests.contact.test_disputed_amounts import recalled, said, states
from tests.legal.test_legal_deliveries import INSTALMENT, THIRD_DAY, approve, asked, files_of
from tests.support.debtors import customer
from tests.support.deliveries import LOAN, NEXT_DAY, OPENING_DAY, Lender
from tests.support.whole_day import run_whole_day

FOURTH_DAY = THIRD_DAY + timedelta(days=1)
SUED = range(1, 10)
DISPUTED = {"L1", "L2", "L3", "L4"}
FREE = {f"L{n}" for n in SUED} - DISPUTED


def bearer(number: int, *, of: int) -> dict[str, Any]:
    """A customer with the identity number of a person."""
    return {**customer(number), "id_number": f"{110100 + of}19900101001X"}


def loan(number: int, debtor: int) -> dict[str, Any]:
    return {**LOAN, "loan_id": f"L{number}", "customer_id": f"C{debtor}"}


@pytest.fixture
def lender(home: Path, warehouse: Warehouse) -> Lender:
    """A lender with an approved case against each of nine; C11 is C1 and so on, L3 was of C13."""
    sued = Lender(home, warehouse)
    persons = [1, 2, 4, 5, 6, 7, 8]
    twins = [bearer(n + 10, of=n) for n in persons]
    others = [bearer(n, of=n) for n in SUED if n != 3]
    # C14 has the identity number of C4 at first, and that of C24 afterwards.
    twins += [bearer(24, of=40)]
    sued.send(
        customer=[*others, *twins, customer(3), customer(13)],
        loan=[*(loan(n, 13 if n == 3 else n) for n in SUED), loan(12, 12), loan(19, 9)],
        instalment=[{**INSTALMENT, "loan_id": f"L{n}"} for n in SUED if n != 3],
    )
    run_whole_day(warehouse, OPENING_DAY)
    sued.send(
        NEXT_DAY,
        customer=[bearer(14, of=40)],
        loan=[loan(3, 3)],
        instalment=[{**INSTALMENT, "loan_id": "L3"}],
    )
    sued.send(NEXT_DAY, "feedback", overdue_reason=[])
    run_whole_day(warehouse, NEXT_DAY)
    assert approve(sued, asked(sued, NEXT_DAY))["cases_approved"] == len(SUED)
    return sued


def by_suppression(lender: Lender) -> None:
    for source in ("core_banking", "feedback"):
        lender.take_in(THIRD_DAY, source)
    suppress_contacts(lender.warehouse, NEXT_DAY, settings().outbox)
    assert recalled(lender, NEXT_DAY) == DISPUTED
    reason = "the debtor disputes the amount under another customer number"
    told = {loan_id: (words, inputs) for loan_id, words, inputs in lender.warehouse.fetch(
        "select task.loan_id, task_recall.reason, task_recall.inputs "
        "from task_recall inner join task on task_recall.task_id = task.task_id "
        "where task.task_action = 'added' and task_recall.business_date = cast($day as date) "
        "and task.queue = 'legal_case_approved' and task_recall.queue = task.queue",
        {"day": NEXT_DAY},
    )}  # fmt: skip
    assert set(told) == DISPUTED
    for loan_id, other in (("L1", "C11"), ("L2", "C12"), ("L3", "C13"), ("L4", "C24")):
        words, inputs = told[loan_id]
        assert reason in (in_words(words, "en") or "")
        assert inputs.endswith(f"of customer {other}")


def by_the_night(lender: Lender) -> None:
    run_whole_day(lender.warehouse, THIRD_DAY)
    assert recalled(lender, THIRD_DAY) == DISPUTED


def release(lender: Lender, customer_id: str, other: str) -> None:
    append_releases(
        lender.warehouse,
        (Release("same_person", customer_id, other_customer_id=other),),
        released_by="Wang",
        reason="they are two persons",
    )


def contacts_denied(lender: Lender, on: date) -> set[str]:
    """Customers whom nobody contacts as they are one with somebody protected."""
    select = (
        "select customer_id from contact_denial where reason = 'same_person_protected' "
        "and business_date = cast($day as date)"
    )
    return {customer_id for (customer_id,) in lender.warehouse.fetch(select, {"day": on})}


@pytest.mark.parametrize("stopped", [by_suppression, by_the_night])
def test_a_dispute_under_another_number_stops_the_case_until_a_person_looks(
    lender: Lender, stopped: Callable[[Lender], None]
) -> None:
    lender.send(THIRD_DAY)
    on = THIRD_DAY.isoformat()
    told = [
        # Of all loans; of the one loan of the other number; by the debtor of before of L3; over a
        # third number.
        said(11, loan_id="", stated_on=on),
        said(12, stated_on=on),
        said(13, loan_id="", stated_on=on),
        said(24, loan_id="", stated_on=on),
        # No dispute; and one of another loan of the debtor's own number.
        said(15, "forgot", loan_id="", stated_on=on),
        said(9, loan_id="L19", stated_on=on),
    ]
    lender.send(THIRD_DAY, "feedback", overdue_reason=told)
    stopped(lender)
    run_whole_day(lender.warehouse, THIRD_DAY)
    assert states(lender, THIRD_DAY) == {"suspended": DISPUTED, "approved": FREE}
    assert files_of(THIRD_DAY) == []
    assert ask(lender.warehouse, THIRD_DAY) is None
    select = "select reason from legal_case_event where business_date = cast($day as date)"
    reasons = {reason for (reason,) in lender.warehouse.fetch(select, {"day": THIRD_DAY})}
    assert all("amount_disputed_elsewhere" in reason.split(", ") for reason in reasons)
    # Contact stops too where all that is owed is disputed; a dispute of one loan stops the law.
    assert "C2" not in contacts_denied(lender, THIRD_DAY)

    asks = {q.customer_id: q.inputs for q in open_questions(lender.warehouse)}
    assert set(asks) == {"C1", "C2", "C3", "C4"}
    assert asks["C1"] == f"the same person as customer C11; amount_disputed since {THIRD_DAY}"
    assert asks["C3"].startswith("the same person as customer C13, by loan L3 that changed")

    # A person says that two are two; an answer under the number that disputed ends it as well.
    release(lender, "C2", "C12")
    lender.send(FOURTH_DAY)
    answer = said(11, "forgot", reason_id="B1", loan_id="", stated_on=FOURTH_DAY.isoformat())
    lender.send(FOURTH_DAY, "feedback", overdue_reason=[answer])
    run_whole_day(lender.warehouse, FOURTH_DAY)
    found = states(lender, FOURTH_DAY)
    assert found["suspended"] == {"L3", "L4"}
    assert found["awaiting_approval"] == {"L1", "L2"}
    assert {q.customer_id for q in open_questions(lender.warehouse)} == {"C3", "C4"}
