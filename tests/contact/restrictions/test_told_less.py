"""Who corrects one field of a row loses nothing of what the others protect."""

from datetime import timedelta
from typing import Any

from tests.support.debtors import Debtors, customer
from tests.support.deliveries import NEXT_DAY
from tests.support.restricting_rows import (
    complaint,
    enrolment,
    extension,
    hold,
    outcome,
    parent,
    pause,
    plan,
    request,
)

AFTER = NEXT_DAY + timedelta(days=1)

BORN = {"birth_on": "1990-02-03"}
TWIN = "110105194912310020"
ODD = {"customer_group": "nobody"}


def why(debtors: Debtors) -> dict[str, set[str]]:
    """Customer -> the reasons of the denials of his message."""
    told = debtors.denials(NEXT_DAY).items()
    return {customer_id: {reason for reason, _ in reasons} for customer_id, reasons in told}


def test_a_date_that_comes_again_with_less_forgets_nobody(debtors: Debtors) -> None:
    lender = debtors.lender
    debtors.open(range(1, 15))
    dead = {**customer(90), "id_number": TWIN, "deceased_on": "2026-01-01"}
    told = [
        {**customer(8), "birth_on": "2012-05-01"},
        {**customer(9), "id_number": TWIN},
        {**customer(91), "phone": customer(10)["phone"]},
    ]
    lender.send(
        NEXT_DAY,
        customer=[dead, *told],
        extension_request=[extension(1), extension(2)],
        emergency_contact=[parent(11, "154.0000.0011")],
    )
    feedback: dict[str, Any] = {
        "plan_request": [plan(3)],
        "contact_outcome": [
            outcome(4),
            outcome(5),
            outcome(14, counterpart="debtor", result="refused"),
        ],
    }  # fmt: skip
    lender.send(NEXT_DAY, "feedback", **feedback)
    codes = [enrolment(6, "死亡"), enrolment(7, "Z9"), enrolment(12, "Z9")]
    lender.send(NEXT_DAY, "student_registry", enrolment=codes)
    debtors.run()
    assert debtors.contacted() == {"C13", "C14"}
    assert set(why(debtors)) == {f"C{n}" for n in range(1, 13)}

    undecided = {"decision": "", "decided_on": "", "days_granted": ""}
    lender.send(
        NEXT_DAY,
        customer=[dead, customer(8), customer(9)],
        extension_request=[extension(2, **undecided)],
        emergency_contact=[],
    )
    feedback = {
        "plan_request": [plan(3, decision="pending", decided_on="")],
        "contact_outcome": [
            outcome(4, channel="letter"),
            outcome(5, attempted_at="2026-11-19 10:00:00"),
            outcome(14, counterpart="debtor", result="connected", duration_seconds="9"),
        ],
    }
    lender.send(NEXT_DAY, "feedback", **feedback)
    lender.send(NEXT_DAY, "student_registry", enrolment=[enrolment(6, "01"), enrolment(12, "01")])
    debtors.run()
    now = why(debtors)
    taken_back = {name for name, reasons in now.items() if "hold_taken_back" in reasons}
    assert taken_back == {"C1", "C2", "C3", "C4", "C5", "C6", "C7", "C11"}
    assert {name: now[name] for name in ("C8", "C9", "C10")} == {
        "C8": {"minor"},
        "C9": {"same_person_protected"},
        "C10": {"shared_number"},
    }
    # A registry that has put its unreadable code right, and a debtor who talks after all.
    assert debtors.contacted() == {"C12", "C13", "C14"}


def before_court(n: int, kind: str, **told: Any) -> dict[str, Any]:
    """What is told of a court about the loan of C<n>."""
    key = {"event_id": f"E{n}", "customer_id": f"C{n}", "loan_id": f"L{n}"}
    return {**key, "event_kind": kind, "happened_on": "2026-11-01", **told}


NARROWER: dict[int, tuple[str, dict[str, Any], dict[str, Any]]] = {
    1: ("customer", {**customer(1), "deceased_on": "2026-11-10", **ODD}, customer(1)),
    2: ("customer", {**customer(2), **BORN, **ODD}, customer(2)),
    3: ("customer", {**customer(3), "id_number": TWIN, **ODD}, customer(3)),
    4: ("contact_outcome", outcome(4, attempted_at="noon"), outcome(4, result="no_answer")),
    5: ("privacy_request", request(5, received_at="noon"), request(5, channel="email")),
    6: ("privacy_request", request(6, request_kind="deletion", request_state="open"),
        request(6, request_kind="access")),
    7: ("plan_request", plan(7, amount="x"), plan(7, decision="pending", decided_on="")),
    8: ("extension_request", extension(8, days_granted="x"),
        extension(8, decision="", decided_on="", days_granted="")),
    9: ("enrolment", enrolment(9, "11", reported_on="x"), enrolment(9, "01")),
    10: ("hold", hold(10, ends_on="2026-11-31"),
         hold(10, loan_id="L10", hold_kind="performing_plan", ends_on="2026-11-21")),
    11: ("hold", hold(11, ends_on="2026-11-31"),
         hold(11, loan_id="L11", ends_on="2026-11-21")),
    12: ("privacy_request", request(12, channel="wechat"), request(12, channel="letter")),
    13: ("legal_event", before_court(13, "LAWSUIT"), before_court(13, "letter_signed")),
    14: ("legal_event", before_court(14, "JUDGMENT"), before_court(14, "dismissed")),
}  # fmt: skip
AS_WIDE: dict[int, tuple[str, dict[str, Any], dict[str, Any]]] = {
    21: ("customer", {**customer(21), "birth_on": "1990-02-30"}, {**customer(21), **BORN}),
    22: ("customer", {**customer(22), **ODD}, customer(22)),
    23: ("hold", hold(23, ends_on="2026-11-31"), hold(23, ends_on="2026-11-21")),
    24: ("hold", hold(24, hold_kind="medical"), hold(24, ends_on="2026-11-21")),
    25: ("complaint", complaint(25, complaint_kind="weather"),
         complaint(25, complaint_state="withdrawn", closed_on="2026-11-21")),
    26: ("pause", pause(26, pause_reason="flood"), pause(26, ends_on="2026-11-21")),
    27: ("contact_outcome", outcome(27, result="no_answer", attempted_at="noon"),
         outcome(27, counterpart="nobody", result="busy")),
    28: ("enrolment", enrolment(28, "01", reported_on="x"), enrolment(28, "01")),
    29: ("privacy_request", request(29, request_kind="access", request_state="open"),
         request(29, request_kind="access")),
    30: ("plan_request", plan(30, decision="pending", decided_on="", amount="x"),
         plan(30, decision="pending", decided_on="")),
    31: ("legal_event", before_court(31, "letter_signed", happened_on="x"),
         before_court(31, "letter_signed")),
    32: ("legal_event", before_court(32, "LAWSUIT"), before_court(32, "lawsuit")),
}  # fmt: skip
SOURCES = {
    "core_banking": {"customer", "hold", "pause", "extension_request"},
    "student_registry": {"enrolment"},
}


def source_of(feed: str) -> str:
    return next((name for name, feeds in SOURCES.items() if feed in feeds), "feedback")


def send_rows(debtors: Debtors, day: Any, which: int) -> None:
    """Send the first or the second row of every case, each in the file of its feed."""
    sources: dict[str, dict[str, Any]] = {
        "feedback": {},
        **{s: {} for s in SOURCES},
    }
    for feed, *rows in (NARROWER | AS_WIDE).values():
        sources[source_of(feed)].setdefault(feed, []).append(rows[which])
    for source, feeds in sources.items():
        debtors.lender.send(day, source, **feeds)


def test_a_refused_row_is_mended_by_one_that_protects_as_widely(debtors: Debtors) -> None:
    debtors.open([*NARROWER, *AS_WIDE, 40])
    send_rows(debtors, NEXT_DAY, 0)
    debtors.run()
    assert debtors.contacted() == {"C40"}

    send_rows(debtors, AFTER, 1)
    debtors.run(AFTER)
    unclear = {
        customer_id
        for customer_id, told in debtors.denials(AFTER).items()
        if any(reason == "hold_unclear_row" for reason, _ in told)
    }
    assert unclear == {f"C{n}" for n in NARROWER}
    assert debtors.contacted(AFTER) == {f"C{n}" for n in AS_WIDE}
