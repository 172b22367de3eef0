"""Once the debtor has told of another number, nobody calls the old one: it may be another's."""

from datetime import date, timedelta

from postloan.publication.suppress_contacts import suppress_contacts
from postloan.settings import settings
from postloan.wording import said
from tests.support.debtors import Debtors, customer
from tests.support.deliveries import NEXT_DAY

THIRD_DAY = NEXT_DAY + timedelta(days=1)
FOURTH_DAY = NEXT_DAY + timedelta(days=2)


def tasks(debtors: Debtors, action: str, day: date) -> dict[str, str]:
    """Customer -> number in the messages of a date that were added or recalled."""
    select = (
        "select customer_id, phone from task where queue = 'sms_reminder' "
        "and task_action = $action and business_date = cast($day as date)"
    )
    found: dict[str, str] = dict(
        debtors.lender.warehouse.fetch(select, {"action": action, "day": day})
    )
    return found


def test_a_new_number_recalls_what_was_made_with_the_old_one(debtors: Debtors) -> None:
    debtors.open(range(1, 6))
    lender = debtors.lender
    lender.send(NEXT_DAY)
    debtors.run()
    assert debtors.contacted() == {"C1", "C2", "C3", "C4", "C5"}
    lender.send(
        THIRD_DAY,
        customer=[
            {**customer(1), "phone": "15400000901"},
            # The same number, spelt otherwise, and a row that tells of something else.
            {**customer(2), "phone": "+86 154-0000-0002"},
            {**customer(3), "customer_group": "student"},
            {**customer(4), "phone": ""},
        ],
    )
    lender.take_in(THIRD_DAY)
    suppress_contacts(lender.warehouse, NEXT_DAY, settings().outbox)
    # No number at all is no number to call either.
    assert set(tasks(debtors, "recalled", NEXT_DAY)) == {"C1", "C4"}
    found = lender.warehouse.fetch("select reason from task_recall")
    reasons = [said(reason, "en") or "" for (reason,) in found]
    assert sum("another number" in reason for reason in reasons) == 1
    # Owed anew, with the number that is known by now.
    debtors.run(THIRD_DAY)
    assert tasks(debtors, "added", THIRD_DAY) == {"C1": "15400000901"}
    # What comes after the hours recalls what may still lie on a list.
    lender.send(FOURTH_DAY, customer=[{**customer(5), "phone": "15400000905"}])
    debtors.run(FOURTH_DAY)
    assert set(tasks(debtors, "recalled", FOURTH_DAY)) == {"C5"}
