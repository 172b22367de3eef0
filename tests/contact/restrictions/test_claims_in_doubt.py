"""Who has paid by the moment of contact is left alone; so is a loan whose claim is in doubt."""

from typing import Any

from postloan.contact.restrictions.release import append_releases
from postloan.contact.restrictions.waiting import Asked, releases_of
from tests.support.debtors import OUTSIDE, Debtors
from tests.support.deliveries import INSTALMENT, LOAN, NEXT_DAY, OPENING_DAY, REPAYMENT

TOMORROW, DAY_AFTER = "2026-11-21", "2026-11-22"
DUE = {"due_on": OPENING_DAY.isoformat()}


def paid(number: int, on: str, amount: str = "100.00", **values: Any) -> dict[str, Any]:
    """A payment on the first instalment of a loan."""
    row = {"repayment_id": f"R{number}", "loan_id": f"L{number}", "paid_on": on, "amount": amount}
    return {**REPAYMENT, **row, **values}


def loans_of(debtors: Debtors) -> set[str]:
    """Loans that messages of the day name."""
    select = (
        "select distinct loan_id from task_loan "
        "where business_date = cast($on as date) and queue in ($first, $second)"
    )
    first, second = OUTSIDE
    given = {"on": NEXT_DAY, "first": first, "second": second}
    return {loan for (loan,) in debtors.lender.warehouse.fetch(select, given)}


def test_who_has_paid_by_the_moment_of_contact_is_not_asked(debtors: Debtors) -> None:
    debtors.open(range(1, 8))
    debtors.lender.send(
        NEXT_DAY,
        loan=[{**LOAN, "loan_id": "L70", "customer_id": "C7"}],
        instalment=[{**INSTALMENT, "loan_id": "L70", **DUE}],
        repayment=[
            paid(1, TOMORROW),
            paid(2, TOMORROW, "40.00"),
            # The year may be wrong; the money has come.
            paid(3, "2027-11-20"),
            paid(4, TOMORROW),
            paid(4, TOMORROW, repayment_id="R4r", reverses_id="R4"),
            paid(5, TOMORROW, "60.00"),
            paid(5, TOMORROW, "40.00", repayment_id="R5b", instalment_no=""),
            paid(7, TOMORROW),
        ],
    )
    debtors.run()
    assert debtors.contacted() == {"C2", "C4", "C6", "C7"}
    # Of two loans the one that is still owed is asked for.
    assert loans_of(debtors) == {"L2", "L4", "L6", "L70"}
    told = {("paid_since", "paid 100.00 of 100.00 past due")}
    assert debtors.denials() == {"C1": told, "C3": told, "C5": told, "C7": told}


def test_a_loan_that_ends_by_the_moment_of_contact_is_not_asked_for(debtors: Debtors) -> None:
    debtors.open((1, 2, 3))
    ends = {"loan_status": "settled", "status_on": TOMORROW}
    debtors.lender.send(
        NEXT_DAY,
        loan=[
            {**LOAN, "loan_id": "L1", "customer_id": "C1", **ends},
            {**LOAN, "loan_id": "L2", "customer_id": "C2", **ends, "status_on": DAY_AFTER},
        ],
    )
    debtors.run()
    assert debtors.contacted() == {"C3"}
    assert debtors.denials() == {
        "C1": {("closed_since", f"settled on {TOMORROW}")},
        "C2": {("closed_since", f"settled on {DAY_AFTER}")},
    }


def test_a_refused_row_that_a_claim_rests_on_holds_its_loan_alone(debtors: Debtors) -> None:
    lender, today = debtors.lender, NEXT_DAY.isoformat()
    debtors.open(range(1, 9))
    part = paid(4, today, "10.00")
    dues = {**INSTALMENT, "loan_id": "L2", "instalment_no": "1"}
    sent: dict[str, Any] = {
        "loan": [
            {**LOAN, "loan_id": "L3", "customer_id": "C3", "loan_status": "transferred"},
            {**LOAN, "loan_id": "L70", "customer_id": "C7"},
            # A new loan of somebody, which nobody owes anything of yet.
            {**LOAN, "loan_id": "L80", "customer_id": "C8", "loan_status": "new"},
        ],
        "instalment": [{**INSTALMENT, "loan_id": "L70", **DUE}, {**dues, "due_on": "2027-02-30"}],
        "repayment": [
            paid(1, today, "abc"),
            # The very same line twice leaves no doubt; the same number with other money does.
            part,
            part,
            paid(5, today, "10.00"),
            paid(5, today, "90.00"),
            paid(6, today, "abc", loan_id="L-unknown"),
            paid(7, today, "abc", loan_id="L7\u00a0"),
        ],
    }
    lender.send(NEXT_DAY, **sent)
    debtors.run()
    assert debtors.shut() == set()
    assert loans_of(debtors) == {"L4", "L6", "L70", "L8"}
    # The reason says which row it is that leaves the loan in doubt.
    places = {1: "repayment", 2: "instalment", 3: "loan", 5: "repayment", 7: "repayment"}
    denied = debtors.denials()
    assert set(denied) == {f"C{n}" for n in places}
    for number, feed in places.items():
        ((reason, inputs),) = denied[f"C{number}"]
        assert reason == "hold_unclear_claim"
        assert inputs.startswith(f"refused row of {feed} {today} line ")

    # One is released, another is mended by a row with its key.
    releases = releases_of(lender.warehouse, Asked(customer_id="C1"))
    append_releases(lender.warehouse, releases, released_by="Officer", reason="no money came")
    mended = [sent["instalment"][0], {**dues, **DUE, "amount_due": "80.00"}]
    lender.send(NEXT_DAY, **{**sent, "instalment": mended})
    debtors.run()
    assert loans_of(debtors) == {"L1", "L2", "L4", "L6", "L70", "L8"}
