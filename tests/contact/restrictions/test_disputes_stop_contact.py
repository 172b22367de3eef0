"""Nobody is asked for an amount that he disputes until he is answered, whatever is told of it."""

from datetime import date, timedelta
from typing import Any

from postloan.publication.suppress_contacts import suppress_contacts
from postloan.settings import settings
from tests.support.debtors import Debtors, customer
from tests.support.deliveries import INSTALMENT, LOAN, NEXT_DAY, OPENING_DAY

THIRD_DAY = NEXT_DAY + timedelta(days=1)


def said(number: int, reason: str = "amount_disputed", **told: Any) -> dict[str, Any]:
    """Why C7 has not paid L7."""
    return {
        "reason_id": f"Z{number}",
        "customer_id": f"C{number}",
        "loan_id": f"L{number}",
        "stated_on": NEXT_DAY.isoformat(),
        "reason": reason,
        **told,
    }


def second_loans(*numbers: int) -> dict[str, Any]:
    """C7 owes 100.00 of L70 as well."""
    due = {"due_on": OPENING_DAY.isoformat()}
    return {
        "loan": [{**LOAN, "loan_id": f"L{n}0", "customer_id": f"C{n}"} for n in numbers],
        "instalment": [{**INSTALMENT, "loan_id": f"L{n}0", **due} for n in numbers],
    }


def recalled(debtors: Debtors, day: date) -> set[str]:
    """Customers whose message is recalled by the files of a date."""
    select = (
        "select distinct customer_id from task where queue = 'sms_reminder' "
        "and task_action = 'recalled' and business_date = cast($day as date)"
    )
    return {name for (name,) in debtors.lender.warehouse.fetch(select, {"day": day})}


def test_a_disputed_amount_is_asked_for_by_nobody(debtors: Debtors) -> None:
    debtors.open(range(1, 12))
    debtors.lender.send(
        NEXT_DAY,
        # C9 bears the identity number of C8, who disputes all that he owes.
        customer=[{**customer(n), "id_number": "110101199001010078"} for n in (8, 9)],
        **second_loans(2, 3),
    )
    debtors.lender.send(
        NEXT_DAY,
        source="feedback",
        overdue_reason=[
            said(1),
            said(2),
            said(3, loan_id=""),
            # Said before the due date, and on a day that has not come.
            said(4, loan_id="", stated_on="2026-11-18"),
            said(5, stated_on="2027-11-20"),
            # The loan of another customer: nobody knows which of the two names is right.
            said(6, loan_id="L7"),
            said(8, loan_id=""),
            said(10, "income_loss"),
        ],
    )
    debtors.run()
    assert debtors.shut() == set()
    # Of C2 the loan that is not disputed is asked for.
    assert debtors.contacted() == {"C2", "C10", "C11"}
    told = ("hold_amount_disputed", f"overdue_reason since {NEXT_DAY}")
    denied = debtors.denials()
    assert {name for name, reasons in denied.items() if told in reasons} == {
        f"C{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8)
    }
    assert {reason for reason, _ in denied["C9"]} == {"same_person_protected"}
    asked = {"customer_id": "C1", "business_date": NEXT_DAY}
    shown = str(list(debtors.lender.warehouse.read_model("customer_contact", asked)))
    assert "hold_amount_disputed" in shown
    assert "HOUSE-PRO-035" in shown


def test_a_dispute_that_comes_before_the_hours_recalls_and_an_answer_ends_it(
    debtors: Debtors,
) -> None:
    debtors.open((1, 2, 3, 4))
    debtors.lender.send(NEXT_DAY)
    debtors.lender.send(NEXT_DAY, source="feedback", overdue_reason=[])
    debtors.run()
    assert debtors.contacted() == {"C1", "C2", "C3", "C4"}
    debtors.lender.send(THIRD_DAY)
    late = [said(1), said(2, loan_id=""), said(3, "forgot")]
    debtors.lender.send(THIRD_DAY, source="feedback", overdue_reason=late)
    for source in ("core_banking", "feedback"):
        debtors.lender.take_in(THIRD_DAY, source)
    suppress_contacts(debtors.lender.warehouse, NEXT_DAY, settings().outbox)
    assert recalled(debtors, NEXT_DAY) == {"C1", "C2"}
    debtors.run(THIRD_DAY)
    assert debtors.contacted(THIRD_DAY) == set()
    # Answered by another reason of a later day: what was suppressed is owed anew.
    fourth, fifth = (THIRD_DAY + timedelta(days=n) for n in (1, 2))
    debtors.lender.send(fourth)
    answers = [
        said(1, "forgot", reason_id="A1", stated_on=fourth.isoformat()),
        said(2, "forgot", reason_id="A2", stated_on=THIRD_DAY.isoformat()),
    ]
    debtors.lender.send(fourth, source="feedback", overdue_reason=answers)
    debtors.run(fourth)
    assert debtors.contacted(fourth) == {"C1"}
    # What came after the hours recalls what may still lie on a list.
    debtors.lender.send(fifth)
    debtors.lender.send(fifth, source="feedback", overdue_reason=[said(4)])
    debtors.run(fifth)
    assert recalled(debtors, fifth) == {"C4"}
