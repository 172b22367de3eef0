"""What was told of a number holds whoever has it next, also where a later file is silent of it."""

from datetime import timedelta
from typing import Any

from postloan.contact.restrictions.release import Release, append_releases
from tests.support.debtors import Debtors, customer
from tests.support.deliveries import NEXT_DAY
from tests.support.restricting_rows import hold, outcome, parent

LATER = NEXT_DAY + timedelta(days=1)
OPTED_OUT = {"opted_out_on": "2026-11-20"}

HANDED_ON = {2: 3, 4: 5, 6: 7, 8: 9, 10: 11, 12: 13, 14: 15, 16: 17, 18: 19, 20: 21}
"""The next day's holder of each number; all of these wait for that day."""

WAITING = [hold(n, starts_on="2026-11-01", ends_on="2026-11-22") for n in HANDED_ON.values()] + [
    hold(n, starts_on="2026-11-01", ends_on="2026-11-22") for n in (24, 25, 26, 27)
]

REPORTS: dict[str, list[dict[str, Any]]] = {
    "left out": [outcome(2)],
    "told otherwise on the date": [outcome(4)],
    "of somebody else on the next day": [outcome(6)],
    "left out, and a person released it": [outcome(8)],
    "left out, and released for the next holder": [outcome(10)],
    # Refused, and what is told cannot be read as anything else.
    "refused channel": [outcome(12, channel="wechat")],
    "refused result": [outcome(14, result="空号", counterpart="nobody")],
    # Harmless: nobody answered, or a person released the row.
    "refused, no answer": [outcome(16, channel="wechat", result="busy", counterpart="nobody")],
    "refused and released": [outcome(18, channel="wechat")],
    "stands": [outcome(20)],
    # The loan of another debtor is named: the number of either may be the wrong one.
    "of two": [outcome(22, loan_id="L23")],
}


def release(debtors: Debtors, kind: str, customer_id: str) -> None:
    told = (Release(kind, customer_id),)
    append_releases(debtors.lender.warehouse, told, released_by="Officer", reason="asked")


def test_the_next_holder_of_a_number_that_is_a_strangers(debtors: Debtors) -> None:
    lender = debtors.lender
    debtors.open(range(1, 31))
    contacts = [
        {**parent(24, "15400000924"), **OPTED_OUT},
        {**parent(25, "15400000925"), **OPTED_OUT},
        parent(26, "15400000926"),
        parent(27, "15400000927"),
    ]
    lender.send(NEXT_DAY, hold=WAITING, emergency_contact=contacts)
    told = [row for rows in REPORTS.values() for row in rows]
    lender.send(NEXT_DAY, "feedback", contact_outcome=told)
    debtors.run()
    assert debtors.contacted() == {"C1", "C28", "C29", "C30"}

    # The date again: most reports are gone, and so is what was told of contact persons.
    # That of C25 has another number now; it is the refusal that is left out.
    lender.send(NEXT_DAY, hold=WAITING, emergency_contact=[parent(25, "15400000825")])
    other = [outcome(4, result="no_answer", counterpart="nobody"), outcome(6)]
    lender.send(NEXT_DAY, "feedback", contact_outcome=[*REPORTS["stands"], *other])
    debtors.run()
    assert debtors.contacted() == {"C1", "C28", "C29", "C30"}
    release(debtors, "taken_back", "C8")
    release(debtors, "unclear_row", "C18")

    # Whoever a report was about has a new number, and somebody else the old one.
    moved = [{**customer(n), "phone": f"15500000{n:03}"} for n in HANDED_ON]
    moved += [{**customer(to), "phone": f"154-0000-0{n:03}"} for n, to in HANDED_ON.items()]
    moved += [{**customer(n), "phone": f"15400000{900 + n}"} for n in (24, 25, 26, 27)]
    # In words: the contact person 1 of C27 has another number.
    lender.send(LATER, customer=moved, emergency_contact=[parent(27, "15400000827")])
    lender.send(LATER, "feedback", contact_outcome=[outcome(6, customer_id="C30")])
    debtors.run(LATER)

    told_on = debtors.denials(LATER)
    reasons = {c: {reason for reason, _ in why} for c, why in told_on.items()}
    for n in (3, 5, 7, 11, 13, 15, 21):
        assert reasons[f"C{n}"] == {"reported_wrong_number"}, n
    assert reasons["C22"] == reasons["C23"] == {"hold_taken_back", "reported_wrong_number"}
    for n in (24, 25, 26):
        assert reasons[f"C{n}"] == {"phone_of_contact_person"}, n
    # What was mended in words, released or never in doubt keeps nobody.
    release(debtors, "reported_number", "C11")
    debtors.run(LATER)
    sent: dict[str, str] = dict(
        lender.warehouse.fetch(
            "select customer_id, phone from task "
            "where queue = 'sms_reminder' and business_date = cast($day as date)",
            {"day": LATER},
        )
    )
    assert {n: sent.get(f"C{n}") for n in (9, 11, 17, 19, 27)} == {
        9: "15400000008",
        11: "15400000010",
        17: "15400000016",
        19: "15400000018",
        27: "15400000927",
    }
