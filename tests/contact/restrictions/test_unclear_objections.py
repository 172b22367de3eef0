"""Whoever objected to contact and is not on record is looked for before the debtor is contacted."""

from datetime import timedelta
from typing import Any

from postloan.contact.restrictions.release import append_releases, release_of, the_one
from postloan.contact.restrictions.standing import standing_protections
from tests.support.debtors import Debtors
from tests.support.deliveries import NEXT_DAY

THIRD_DAY = NEXT_DAY + timedelta(days=1)
AT = f"{NEXT_DAY} 10:00:00"


def objection(number: int, **told: Any) -> dict[str, Any]:
    """A contact person of C7 wants to hear no more."""
    row = {"request_id": f"Q{number}", "customer_id": f"C{number}", "received_at": AT}
    return {**row, "request_kind": "contact_objection", "request_state": "received", **told}


def refusal(number: int, **told: Any) -> dict[str, Any]:
    """A contact person of C7 said so to a collector."""
    row = {"outcome_id": f"O{number}", "customer_id": f"C{number}", "attempted_at": AT}
    said = {"channel": "phone", "counterpart": "emergency_contact", "result": "refused"}
    return {**row, **said, **told}


def person(number: int, contact_no: str = "1") -> dict[str, Any]:
    """A contact person of C7 with a number."""
    row = {"customer_id": f"C{number}", "contact_no": contact_no}
    return {**row, "phone": f"15400001{number:03}"}


def test_an_objection_of_nobody_on_record_holds_the_debtor(debtors: Debtors) -> None:
    debtors.open(range(1, 9))
    lender = debtors.lender
    lender.send(NEXT_DAY, emergency_contact=[person(3), person(4), person(5, "2")])
    lender.send(
        NEXT_DAY,
        source="feedback",
        privacy_request=[
            objection(1),
            objection(2, contact_no="1"),
            objection(3),
            objection(5, contact_no="1"),
            objection(8, request_state="withdrawn", closed_on=NEXT_DAY.isoformat()),
        ],
        contact_outcome=[refusal(4, contact_no="1"), refusal(6, contact_no="1")],
    )
    debtors.run()
    assert debtors.shut() == set()
    assert debtors.contacted() == {"C3", "C4", "C7", "C8"}
    assert {name for name, told in debtors.denials().items() if told} == {"C1", "C2", "C5", "C6"}
    reasons = {reason for told in debtors.denials().values() for reason, _ in told}
    assert reasons == {"hold_unclear_objection"}
    # It is asked about; a person releases one, and another comes on record.
    asked = [s for s in standing_protections(lender.warehouse) if s.is_question]
    keys = {"privacy_request Q1", "privacy_request Q2", "privacy_request Q5", "contact_outcome O6"}
    assert {(s.kind, s.record_key) for s in asked} == {("doubtful_hold", key) for key in keys}
    one = the_one([s for s in asked if s.customers == ("C1",)], "doubtful_hold")
    append_releases(
        lender.warehouse, (release_of(one),), released_by="Wang", reason="it was the debtor's aunt"
    )
    lender.send(THIRD_DAY, emergency_contact=[person(6)])
    lender.send(THIRD_DAY, source="feedback", privacy_request=[])
    debtors.run(THIRD_DAY)
    assert debtors.contacted(THIRD_DAY) == {"C1", "C6"}
