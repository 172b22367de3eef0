"""A loan of which the core says that nothing is owed is not asked for until somebody has looked."""

from datetime import timedelta
from typing import Any

from postloan.contact.restrictions.release import append_releases, release_of, the_one
from postloan.contact.restrictions.standing import standing_protections
from postloan.publication.suppress_contacts import suppress_contacts
from postloan.settings import settings
from tests.support.debtors import Debtors
from tests.support.deliveries import INSTALMENT, LOAN, NEXT_DAY, OPENING_DAY

THIRD_DAY = NEXT_DAY + timedelta(days=1)
FOURTH_DAY = NEXT_DAY + timedelta(days=2)
NOTHING = {"days_past_due": "0", "overdue_amount": "0.00"}


def position(loan: str, on: Any = NEXT_DAY, **told: str) -> dict[str, str]:
    """What the core says of a loan, which is what we say unless told otherwise."""
    days = str((on - OPENING_DAY).days)
    row = {"loan_id": loan, "as_of_on": on.isoformat(), "days_past_due": days}
    return {**row, "overdue_amount": "100.00", **told}


def recalled(debtors: Debtors) -> set[str]:
    """Customers whose message a suppression before the hours of the next day recalls."""
    select = (
        "select distinct customer_id from task where queue = 'sms_reminder' "
        "and task_action = 'recalled' and business_date = cast($day as date)"
    )
    found = debtors.lender.warehouse.fetch(select, {"day": NEXT_DAY})
    return {name for (name,) in found}


def test_a_loan_that_the_core_says_owes_nothing_is_not_asked_for(debtors: Debtors) -> None:
    debtors.open(range(1, 7))
    lender, due = debtors.lender, {"due_on": OPENING_DAY.isoformat()}
    lender.send(
        NEXT_DAY,
        loan=[{**LOAN, "loan_id": "L40", "customer_id": "C4"}],
        instalment=[{**INSTALMENT, "loan_id": "L40", **due}],
        loan_position=[
            position("L1", **NOTHING),
            # It counts one day less.
            position("L2", days_past_due="0"),
            position("L3", overdue_amount="0.00"),
            position("L4", **NOTHING),
            position("L40"),
            # Something is owed there as well, and how much is for the gates to judge.
            position("L5", overdue_amount="99.00"),
            position("L6"),
        ],
    )
    debtors.run()
    assert debtors.shut() == set()
    # Of C4 the other loan is asked for.
    assert debtors.contacted() == {"C2", "C4", "C5", "C6"}
    said = {n: f"core banking says L{n} 0.00 of 100.00" for n in (1, 3, 4)}
    denied = {("hold_unclear_core", inputs) for inputs in said.values()}
    assert {told for reasons in debtors.denials().values() for told in reasons} == denied
    # A person is asked, and releases one; what the core says again on the next date is no news.
    asked = [s for s in standing_protections(lender.warehouse) if s.is_question]
    assert {s.record_key for s in asked} == {
        f"loan_position {inputs.removeprefix('core banking says ')}" for inputs in said.values()
    }
    one = the_one([s for s in asked if s.customers == ("C1",)], "doubtful_hold")
    append_releases(
        lender.warehouse, (release_of(one),), released_by="Wang", reason="the core was late"
    )
    # Of L3 the core says nothing more, which takes nothing back.
    lender.send(
        THIRD_DAY,
        loan_position=[
            position("L1", THIRD_DAY, **NOTHING),
            position("L2", THIRD_DAY),
            *(position(name, THIRD_DAY) for name in ("L4", "L40", "L5", "L6")),
        ],
    )
    debtors.run(THIRD_DAY)
    assert debtors.contacted(THIRD_DAY) == {"C1", "C4"}
    lender.send(FOURTH_DAY)
    debtors.run(FOURTH_DAY)
    assert "C3" not in debtors.contacted(FOURTH_DAY)


def test_what_the_core_says_before_the_hours_recalls(debtors: Debtors) -> None:
    debtors.open((1, 2, 3))
    lender = debtors.lender
    lender.send(NEXT_DAY)
    debtors.run()
    assert debtors.contacted() == {"C1", "C2", "C3"}
    told = [position("L1", THIRD_DAY, **NOTHING), position("L2", THIRD_DAY)]
    lender.send(THIRD_DAY, loan_position=told)
    lender.take_in(THIRD_DAY)
    suppress_contacts(lender.warehouse, NEXT_DAY, settings().outbox)
    assert recalled(debtors) == {"C1"}
