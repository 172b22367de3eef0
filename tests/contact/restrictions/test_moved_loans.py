"""A loan that is moved to another customer number takes the protection of its debtor along."""

from datetime import timedelta

from tests.support.debtors import Debtors, customer
from tests.support.deliveries import INSTALMENT, LOAN, NEXT_DAY, OPENING_DAY
from tests.support.restricting_rows import complaint, hold, request

AFTER = NEXT_DAY + timedelta(days=1)


def loan(number: int, debtor: int) -> dict[str, str]:
    return {**LOAN, "loan_id": f"L{number}", "customer_id": f"C{debtor}"}


def test_a_loan_is_held_for_its_debtor_of_before_until_a_person_looks(debtors: Debtors) -> None:
    lender = debtors.lender
    debtors.open(range(1, 7))
    due = {"due_on": OPENING_DAY.isoformat()}
    # A number that was wrong in the opening is told right by the opening, delivered again.
    lender.send(
        OPENING_DAY,
        customer=[customer(n) for n in (1, 2, 3, 4, 5, 6, 16)],
        loan=[loan(n, 16 if n == 6 else n) for n in range(1, 7)],
        instalment=[{**INSTALMENT, "loan_id": f"L{n}", **due} for n in range(1, 7)],
    )
    debtors.run(OPENING_DAY)
    # One is refused as a row, and holds the debtor that it names.
    refused = {**hold(4), "hold_kind": "weather"}
    lender.send(
        NEXT_DAY,
        customer=[customer(n) for n in range(11, 16)],
        loan=[loan(n, n + 10) for n in range(1, 6)],
        hold=[refused, hold(3, hold_kind="bankruptcy")],
    )
    lender.send(
        NEXT_DAY, "feedback", complaint=[complaint(1), complaint(6)], privacy_request=[request(2)]
    )
    debtors.run()
    assert debtors.contacted() == {"C15", "C16"}
    assert {customer_id: reason for customer_id, ((reason, _),) in debtors.denials().items()} == {
        f"C{n}": "same_person_protected" for n in range(11, 15)
    }
